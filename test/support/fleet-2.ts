import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import Server = require('socket.io-2');
import connect = require('socket.io-client-2');

import type { RedisAdapter } from '../../src/index';

/** A Socket.IO 2 server, listening on a free loopback port. */
export interface ServerNode {
  io: Server.Server;
  /** The adapter of the namespace `/`. */
  adapter: RedisAdapter;
  adapterOf(nsp: string): RedisAdapter;
  /** Connects a client, and waits until it is there. */
  connect(nsp?: string): Promise<Client>;
  /** The server's side of a client. */
  socketOf(client: Client): Server.Socket;
  /** Ends the server, its clients and its adapters. */
  close(): Promise<void>;
}

/** A client that keeps what it is sent. */
export interface Client {
  id: string;
  nsp: string;
  /** The arguments of every event so far, its name first. */
  received: unknown[][];
  /** Waits until the event has come, and gives what came before it. */
  until(event: string): Promise<unknown[][]>;
  close(): void;
  readonly connected: boolean;
}

/** @param adapter - what `io.adapter()` takes */
export async function startServer2(adapter: unknown): Promise<ServerNode> {
  const http = createServer();
  const io = Server();
  io.adapter(adapter);
  io.attach(http);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const clients: Client[] = [];
  const adapterOf = (nsp: string) => io.of(nsp).adapter as RedisAdapter;
  await adapterOf('/').ready;
  return {
    io,
    adapter: adapterOf('/'),
    adapterOf,
    async connect(nsp = '/') {
      const client = await connectClient2(`http://127.0.0.1:${port}`, nsp);
      clients.push(client);
      return client;
    },
    socketOf: ({ id, nsp }) => io.of(nsp).connected[id] as Server.Socket,
    async close() {
      for (const client of clients) client.close();
      const closed = once(http, 'close');
      io.close();
      await closed;
      await Promise.all(Object.values(io.nsps).map(({ adapter }) => (adapter as Partial<RedisAdapter>).close?.()));
    },
  };
}

async function connectClient2(url: string, nsp: string): Promise<Client> {
  const socket = connect(url + nsp, { transports: ['websocket'], forceNew: true, reconnection: false });
  const received: unknown[][] = [];
  const waiting = new Set<() => void>();
  // every event goes through here, whatever its name
  Object.assign(socket, {
    onevent({ data }: { data: unknown[] }) {
      received.push(data);
      for (const check of waiting) check();
    },
  });
  await once(socket, 'connect');
  return {
    id: socket.id,
    nsp,
    received,
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
