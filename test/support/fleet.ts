import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as Server4 } from 'socket.io';
import { Server as OldestServer4 } from 'socket.io-4.3';
import { io as connect4 } from 'socket.io-client';

import Server2 = require('socket.io-2');
import connect2 = require('socket.io-client-2');

import type { RedisAdapter, RedisAdapter2, RedisApi } from '../../src/index';

/** The generations of Socket.IO that the package supports; 4.3 is the oldest of the 4.x releases. */
export type Generation = 2 | 4 | 4.3;

/** What both generations' servers and namespaces can do, as far as tests need it. */
export interface Io extends Emitting {
  of(nsp: string): Io;
  adapter(adapter: unknown): unknown;
  readonly sockets: unknown;
  readonly volatile: Emitting;
  readonly local: Emitting;
}

export interface Emitting {
  emit(event: string, ...args: unknown[]): unknown;
  to(room: string | number): Emitting;
  compress(on: boolean): Emitting;
}

/** A Socket.IO server, listening on a free loopback port. */
export interface ServerNode {
  generation: Generation;
  /** Where clients connect to. */
  url: string;
  io: Io;
  /** The adapter of the namespace `/`, and what both generations' adapters offer. */
  adapter: RedisApi & NodeJS.EventEmitter & { allRooms(): Promise<Iterable<string>> };
  adapterOf(nsp: string): ServerNode['adapter'];
  /** Connects a client, and waits until it is there. */
  connect(nsp?: string): Promise<Client>;
  /** The server's side of a client. */
  socketOf(client: Client): Socket;
  /** Ends the server, its clients and its adapters. */
  close(): Promise<void>;
}

export interface Socket {
  readonly id: string;
  readonly rooms: unknown;
  readonly broadcast: Emitting;
  readonly data?: unknown;
  to(room: string | number): Emitting;
}

/** The adapters in their own types. */
export const adapter4 = (node: ServerNode): RedisAdapter => node.adapter as unknown as RedisAdapter;
export const adapter2 = (node: ServerNode): RedisAdapter2 => node.adapter as unknown as RedisAdapter2;
/** The server in its own type. */
export const io4 = (node: ServerNode): Server4 => node.io as unknown as Server4;
export const io2 = (node: ServerNode): Server2.Server => node.io as unknown as Server2.Server;

/** A client that keeps what it is sent. */
export interface Client {
  id: string;
  nsp: string;
  /** The arguments of every event so far, its name first. */
  received: unknown[][];
  /** What it acknowledges events with that ask for it; undefined not to do so. */
  answer: ((event: unknown[]) => unknown) | undefined;
  /** Waits until the event has come, and gives what came before it. */
  until(event: string): Promise<unknown[][]>;
  close(): void;
  readonly connected: boolean;
}

/**
 * Starts a server, and waits until its adapter hears the others.
 *
 * @param adapter - what `io.adapter()` takes
 * @param options - for the server
 */
export async function startServer(generation: Generation, adapter: unknown, options: object = {}): Promise<ServerNode> {
  const node = await listen(generation, adapter, options);
  await node.adapter.ready;
  return node;
}

/** Starts a server, and waits for nothing else. */
export async function listen(generation: Generation, adapter: unknown, options: object = {}): Promise<ServerNode> {
  const http = createServer();
  const io = start(generation, http, { ...options, adapter });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const clients: Client[] = [];
  const adapterOf = (nsp: string) => (io.of(nsp) as unknown as { adapter: ServerNode['adapter'] }).adapter;
  return {
    generation,
    url,
    io,
    get adapter() {
      return adapterOf('/');
    },
    adapterOf,
    async connect(nsp = '/') {
      const client = await connectClient(generation, url, nsp);
      clients.push(client);
      return client;
    },
    socketOf: ({ id, nsp }) => socketOf(io.of(nsp), id),
    async close() {
      for (const client of clients) client.close();
      const closed = once(http, 'close');
      const nsps = namespacesOf(io);
      void (io as unknown as Server4).close();
      await closed;
      await Promise.all(nsps.map((nsp) => (nsp.adapter as Partial<RedisApi>).close?.()));
    },
  };
}

function start(generation: Generation, http: HttpServer, options: { adapter: unknown }): Io {
  if (generation === 2) {
    const io = Server2();
    io.adapter(options.adapter);
    io.attach(http);
    return io as unknown as Io;
  }
  const Server = generation === 4 ? Server4 : (OldestServer4 as unknown as typeof Server4);
  return new Server(http, options as object) as unknown as Io;
}

function namespacesOf(io: Io): { adapter: unknown }[] {
  const { nsps, _nsps } = io as unknown as { nsps?: Record<string, never>; _nsps?: Map<string, never> };
  return _nsps ? [..._nsps.values()] : Object.values(nsps ?? {});
}

function socketOf(nsp: Io, id: string): Socket {
  const { connected, sockets } = nsp as unknown as { connected?: Record<string, Socket>; sockets: Map<string, Socket> };
  return (connected ? connected[id] : sockets.get(id)) as Socket;
}

/** A client as its library has it. */
export interface ClientSocket extends NodeJS.EventEmitter {
  readonly id: string;
  readonly connected: boolean;
  ack(id: number): (value: unknown) => void;
  close(): unknown;
}

/** Connects by WebSocket, once. @param prepare - is given the client before it can have been sent anything */
export async function connectSocket(
  generation: Generation,
  url: string,
  nsp = '/',
  prepare: (socket: ClientSocket) => void = () => {},
): Promise<ClientSocket> {
  const options = { transports: ['websocket'], forceNew: true, reconnection: false };
  const socket = (generation === 2 ? connect2 : connect4)(url + nsp, options) as unknown as ClientSocket;
  prepare(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    for (const event of ['connect_error', 'error']) socket.once(event, reject);
  });
  return socket;
}

async function connectClient(generation: Generation, url: string, nsp: string): Promise<Client> {
  const received: unknown[][] = [];
  const waiting = new Set<() => void>();
  const socket = await connectSocket(generation, url, nsp, (created) => {
    // every event goes through here, whatever its name
    Object.assign(created, {
      onevent({ id, data }: { id?: number; data: unknown[] }) {
        received.push(data);
        if (id !== undefined && client.answer) socket.ack(id)(client.answer(data));
        for (const check of waiting) check();
      },
    });
  });
  const client: Client = {
    id: socket.id,
    nsp,
    received,
    answer: undefined,
    until(event) {
      return new Promise((resolve) => {
        const check = () => {
          const index = received.findIndex(([name]) => name === event);
          if (index === -1) return;
          waiting.delete(check);
          resolve(received.splice(0, index + 1).slice(0, -1));
        };
        waiting.add(check);
        check();
      });
    },
    close: () => socket.close(),
    get connected() {
      return socket.connected;
    },
  };
  return client;
}

let fences = 0;

/**
 * What each client has been sent, once everything that the node has sent is there: messages of one node keep their order, so
 * the event that it sends now comes last.
 */
export async function receivedFrom(node: ServerNode, clients: readonly Client[]): Promise<unknown[][][]> {
  fences += 1;
  const fence = `fence ${fences}`;
  for (const nsp of new Set(clients.map((client) => client.nsp))) node.io.of(nsp).emit(fence);
  const received = await Promise.all(clients.map((client) => client.until(fence)));
  // without the fences of those who asked about other clients
  return received.map((events) => events.filter(([name]) => !String(name).startsWith('fence ')));
}
