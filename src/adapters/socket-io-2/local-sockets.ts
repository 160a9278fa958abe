import type { LocalNode } from '../../cluster/local-node';
import type { BroadcastOptions, BroadcastPacket } from '../../wire/broadcast';
import { lookUp } from './dictionary';
import { type MemoryAdapter, typeOf } from './memory-adapter';
import type { Socket2 } from './types';

export type CustomHook = (data: unknown, callback: (answer: unknown) => void) => unknown;

/** The sockets of one Socket.IO 2 server, as the cluster sees them. */
export class LocalSockets implements LocalNode {
  readonly #adapter: MemoryAdapter;
  readonly #customHook: () => CustomHook;

  constructor(adapter: MemoryAdapter, customHook: () => CustomHook) {
    this.#adapter = adapter;
    this.#customHook = customHook;
  }

  deliver(packet: BroadcastPacket, options: BroadcastOptions): void {
    // emitters and Socket.IO 4 nodes leave it to the receiver to see that a packet is binary
    this.#adapter.broadcastLocally({ ...packet, type: typeOf(packet.data, options.flags) }, options);
  }

  hasRoom(room: string): boolean {
    return Object.hasOwn(this.#adapter.rooms, room);
  }

  clientsIn(rooms: readonly string[]): string[] {
    return [...this.#adapter.targetsOf({ rooms })].filter((sid) => this.#find(sid) !== undefined);
  }

  roomNames(): string[] {
    return Object.keys(this.#adapter.rooms);
  }

  roomsOf(sid: string): string[] | undefined {
    const rooms = lookUp(this.#adapter.sids, sid);
    return rooms && Object.keys(rooms);
  }

  join(sid: string, room: string): Promise<boolean> {
    return this.#change(sid, (socket, done) => socket.join(room, done));
  }

  leave(sid: string, room: string): Promise<boolean> {
    return this.#change(sid, (socket, done) => socket.leave(room, done));
  }

  disconnect(sid: string, close: boolean): boolean {
    const socket = this.#find(sid);
    socket?.disconnect(close);
    return socket !== undefined;
  }

  async callCustomHook(data: unknown): Promise<unknown> {
    const hook = this.#customHook();
    return new Promise((resolve, reject) => {
      const returned = hook(data, resolve);
      // an async hook rejects, where another one throws
      if (returned instanceof Promise) returned.catch(reject);
    });
  }

  #find(sid: string): Socket2 | undefined {
    return lookUp(this.#adapter.nsp.connected, sid);
  }

  #change(sid: string, change: (socket: Socket2, done: (error?: Error | null) => void) => unknown): Promise<boolean> {
    const socket = this.#find(sid);
    if (!socket) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      change(socket, (error) => (error ? reject(error) : resolve(true)));
    });
  }
}
