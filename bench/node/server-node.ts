import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Server } from 'socket.io';
import { type ClientPair, clientKinds } from '../clients';
import { BARRIER_ROOM, EVENT, type NodeMethods, now, ROOM, type Setup, type SocketGroup } from '../protocol';
import { subjects } from '../subjects';
import { publishBursts } from './bursts';
import { InProcessConnection } from './in-process-connection';

/** How many sockets come, or go, in one turn of the event loop. */
const CROWD = 100;

/** A Socket.IO server with an adapter. */
export async function startServerNode(setup: Setup, onBarrier: () => void): Promise<Partial<NodeMethods>> {
  const clients = await clientKinds[setup.client].connect(setup.port);
  const node = new ServerNode(setup, clients, onBarrier);
  const methods = ['populate', 'emit', 'publish', 'publishPaced', 'churn', 'fetchSockets', 'keepSilent'] as const;
  const bound = [...methods, 'leavePending', 'listen'].map((name) => [name, node[name as 'emit'].bind(node)]);
  return Object.fromEntries(bound);
}

class ServerNode {
  readonly #io: Server;
  readonly #engine = new EventEmitter();
  readonly #generation: 2 | 4;
  readonly #clients: ClientPair;
  readonly #onBarrier: () => void;

  constructor({ subject, nsps }: Setup, clients: ClientPair, onBarrier: () => void) {
    const { generation = 4, adapter } = subjects[subject];
    this.#clients = clients;
    this.#generation = generation;
    this.#onBarrier = onBarrier;
    this.#io = createIo(generation, adapter?.(clients));
    this.#io.bind(this.#engine as Parameters<Server['bind']>[0]);
    for (const nsp of ['/', ...nsps]) this.#io.of(nsp).on('connection', (socket: Joining) => void join(socket));
  }

  async populate(groups: readonly SocketGroup[]): Promise<void> {
    for (const { nsp, rooms, count } of groups) await this.#come(count, () => rooms, nsp);
  }

  async emit(nsp: string, room: string): Promise<void> {
    this.#io.of(nsp).to(room).emit(EVENT, news(0));
  }

  publish(milliseconds: number): Promise<number> {
    return publishBursts(this.#clients, milliseconds, (i) => this.#io.to(ROOM).emit(EVENT, news(i)));
  }

  async publishPaced(perSecond: number, milliseconds: number): Promise<void> {
    const begin = performance.now();
    const total = (perSecond * milliseconds) / 1000;
    await new Promise<void>((resolve) => {
      let sent = 0;
      const timer = setInterval(() => {
        const due = Math.min(total, ((performance.now() - begin) * perSecond) / 1000);
        for (; sent < due; sent++) this.#io.to(ROOM).emit(EVENT, news(now()));
        if (sent < total) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });
  }

  async churn(sockets: number): Promise<void> {
    const connections = await this.#come(sockets, (i) => [`user-${i}`, `group-${i % 300}`]);
    for (let i = 0; i < sockets; i += CROWD) {
      for (const connection of connections.slice(i, i + CROWD)) connection.close();
      await turn();
    }
  }

  async fetchSockets(): Promise<{ milliseconds: number; sockets: number }> {
    const begin = performance.now();
    const { length: sockets } = await this.#io.fetchSockets();
    return { milliseconds: performance.now() - begin, sockets };
  }

  async keepSilent(): Promise<void> {
    this.#io.on(EVENT, () => {});
  }

  async leavePending(requests: number): Promise<void> {
    for (let i = 0; i < requests; i += CROWD) {
      for (let j = 0; j < CROWD; j++) this.#io.serverSideEmit(EVENT, () => {});
      await this.#clients.published();
    }
  }

  async listen(): Promise<string> {
    const http = createServer();
    this.#io.attach(http);
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    this.#io.on('connection', (socket) => void socket.join(ROOM));
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  async #come(count: number, roomsOf: (i: number) => readonly string[], nsp = '/'): Promise<InProcessConnection[]> {
    const connections: InProcessConnection[] = [];
    for (let i = 0; i < count; i += CROWD) {
      const crowd = Array.from({ length: Math.min(CROWD, count - i) }, (_, j) => this.#connect(roomsOf(i + j), nsp));
      connections.push(...(await Promise.all(crowd)));
    }
    return connections;
  }

  /** @returns once its socket has joined */
  #connect(rooms: readonly string[], nsp: string): Promise<InProcessConnection> {
    return new Promise((resolve) => {
      const protocol = this.#generation === 2 ? 3 : 4;
      const onWrite = rooms.includes(BARRIER_ROOM) ? this.#onBarrier : undefined;
      const connection = new InProcessConnection(protocol, rooms, () => resolve(connection), onWrite);
      this.#engine.emit('connection', connection);
      // Socket.IO 2 takes everyone into `/` without being asked
      if (protocol === 4 || nsp !== '/') connection.emit('data', nsp === '/' ? '0' : `0${nsp},`);
    });
  }
}

function createIo(generation: 2 | 4, adapter: unknown): Server {
  if (generation === 4) {
    const { Server }: typeof import('socket.io') = require('socket.io');
    return new Server(adapter ? { adapter: adapter as never } : {});
  }
  const Server2: typeof import('socket.io-2') = require('socket.io-2');
  const io = Server2(undefined, { serveClient: false });
  io.adapter(adapter);
  // what is used here is the same in both generations
  return io as unknown as Server;
}

interface Joining {
  readonly conn: unknown;
  join(rooms: string[], fn?: () => void): unknown;
}

/** A socket joins the rooms that its connection wants; a WebSocket wants none. */
async function join(socket: Joining): Promise<void> {
  const { conn } = socket;
  if (!(conn instanceof InProcessConnection)) return;
  if (conn.protocol === 4) await socket.join([...conn.rooms]);
  else await new Promise<void>((resolve) => socket.join([...conn.rooms], resolve));
  conn.onJoined();
}

/** What every event carries: about 150 bytes. */
function news(id: number): object {
  return { id, from: 'someone', text: 'The quick brown fox jumps over the lazy dog. '.repeat(2), tags: ['a', 'b'] };
}
