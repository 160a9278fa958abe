import type { BroadcastOptions as SocketIoOptions } from 'socket.io-adapter';

/** What is needed of Socket.IO 4's classes; structural, since any version from 4.3.1 on will do. */

export interface Namespace4 {
  readonly name: string;
  readonly server: { readonly opts?: { readonly connectionStateRecovery?: unknown } };
  readonly sockets: ReadonlyMap<string, Socket4>;
  readonly adapter?: unknown;
  _onServerSideEmit(args: unknown[]): void;
}

export interface Socket4 {
  readonly id: string;
  readonly handshake: object;
  readonly rooms: ReadonlySet<string>;
  readonly data: unknown;
  join(rooms: string | string[]): Promise<void> | void;
  leave(room: string): Promise<void> | void;
  disconnect(close?: boolean): unknown;
}

export type { SocketIoOptions };
