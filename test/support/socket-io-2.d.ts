/** What the tests use of packages that have no types. */

declare module 'socket.io-2' {
  import type { EventEmitter } from 'node:events';
  import type { Server as HttpServer } from 'node:http';

  namespace createServer {
    interface Socket extends EventEmitter {
      readonly id: string;
      readonly rooms: Record<string, string>;
      readonly broadcast: Emitting;
      join(rooms: string | string[], fn?: (error?: Error | null) => void): this;
      leave(room: string, fn?: (error?: Error | null) => void): this;
      to(room: string | number): Emitting;
      disconnect(close?: boolean): this;
    }
    interface Emitting {
      emit(event: string, ...args: unknown[]): unknown;
      to(room: string | number): Emitting;
      in(room: string | number): Emitting;
      compress(on: boolean): Emitting;
      readonly volatile: Emitting;
      readonly local: Emitting;
    }
    interface Namespace extends Emitting {
      readonly name: string;
      readonly adapter: unknown;
      readonly connected: Record<string, Socket>;
      on(event: 'connection', listener: (socket: Socket) => void): this;
      clients(fn: (error: Error | null, clients: string[]) => void): this;
      in(room: string | number): Namespace;
      to(room: string | number): Namespace;
    }
    interface Server extends Namespace {
      adapter: ((factory: unknown) => this) & { readonly never?: never };
      of(nsp: string | RegExp): Namespace;
      attach(server: HttpServer): this;
      close(fn?: () => void): void;
      readonly nsps: Record<string, Namespace>;
    }
  }
  function createServer(server?: HttpServer | number, options?: object): createServer.Server;
  export = createServer;
}

declare module 'socket.io-client-2' {
  import type { EventEmitter } from 'node:events';

  namespace connect {
    interface Client extends EventEmitter {
      readonly id: string;
      readonly connected: boolean;
      close(): this;
    }
  }
  function connect(url: string, options?: object): connect.Client;
  export = connect;
}

declare module 'socket.io-redis-5' {
  function adapter(uri: string, options?: object): unknown;
  function adapter(options: object): unknown;
  export = adapter;
}

declare module 'socket.io-emitter' {
  namespace createEmitter {
    interface Emitter {
      of(nsp: string): Emitter;
      to(room: string): Emitter;
      in(room: string): Emitter;
      emit(event: string, ...args: unknown[]): Emitter;
      readonly volatile: Emitter;
      readonly redis: { end(flush: boolean): void };
    }
  }
  function createEmitter(options: { host: string; port: number; key?: string }): createEmitter.Emitter;
  export = createEmitter;
}
