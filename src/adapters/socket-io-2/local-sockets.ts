import type { LocalNode } from '../../cluster/local-node';
import type { BroadcastOptions, BroadcastPacket } from '../../wire/broadcast';
import type { Room, SocketDetails, Targets } from '../../wire/messages';
import { type CustomHook, callHook } from '../custom-hook';
import { forEachAnyway } from '../for-each-anyway';
import { writable } from '../handshake';
import { lookUp } from './dictionary';
import { type MemoryAdapter, typeOf } from './memory-adapter';
import type { Socket2 } from './types';

interface Hooks {
  customHook(): CustomHook;
  serverSideEvent(args: readonly [event: string, ...args: unknown[]], answer?: (value: unknown) => void): void;
}

/** The sockets of one Socket.IO 2 server, as the cluster sees them. */
export class LocalSockets implements LocalNode {
  /** Socket.IO 2 does not tell whether its parser is its own. */
  readonly takesJson = false;
  readonly #adapter: MemoryAdapter;
  readonly #hooks: Hooks;

  constructor(adapter: MemoryAdapter, hooks: Hooks) {
    this.#adapter = adapter;
    this.#hooks = hooks;
  }

  deliver({ data }: BroadcastPacket, options: BroadcastOptions): void {
    // emitters and Socket.IO 4 nodes leave it to the receiver to see that a packet is binary
    this.#adapter.broadcastLocally({ type: typeOf(data, options.flags), data }, options);
  }

  deliverWithAcknowledgement(
    { data }: BroadcastPacket,
    options: BroadcastOptions,
    onCount: (clients: number, forget: () => void) => void,
    onAnswer: (value: unknown) => void,
  ): void {
    const id = this.#adapter.nsp.ids++;
    const packet = { type: typeOf(data, options.flags), data, id };
    const sockets = this.#adapter.broadcastLocally(packet, options);
    for (const { acks } of sockets) acks[id] = (value) => onAnswer(value);
    onCount(sockets.length, () => {
      for (const { acks } of sockets) delete acks[id];
    });
  }

  hasRoom(room: string): boolean {
    return Object.hasOwn(this.#adapter.rooms, room);
  }

  clientsIn(rooms: readonly Room[]): string[] {
    return this.#adapter.socketsOf({ rooms }).map(({ id }) => id);
  }

  roomNames(): string[] {
    return Object.keys(this.#adapter.rooms);
  }

  roomSizes(): [string, number][] {
    return Object.entries(this.#adapter.rooms).map(([room, { length }]) => [room, length]);
  }

  roomsOf(sid: string): string[] | undefined {
    const rooms = lookUp(this.#adapter.sids, sid);
    return rooms && Object.keys(rooms);
  }

  async join(sid: string, room: string): Promise<boolean> {
    const socket = this.#find(sid);
    if (socket) await joined(socket, room);
    return socket !== undefined;
  }

  async leave(sid: string, room: string): Promise<boolean> {
    const socket = this.#find(sid);
    if (socket) await left(socket, room);
    return socket !== undefined;
  }

  disconnect(sid: string, close: boolean): boolean {
    const socket = this.#find(sid);
    socket?.disconnect(close);
    return socket !== undefined;
  }

  fetch(targets: Targets): SocketDetails[] {
    return this.#adapter.socketsOf(targets).map(({ id, handshake }) => {
      // Socket.IO 2 has no `socket.data`
      return { id, handshake: writable(handshake), rooms: this.roomsOf(id) ?? [], data: {} };
    });
  }

  count(targets: Targets): number {
    return this.#adapter.socketsOf(targets).length;
  }

  async joinAll(targets: Targets, rooms: readonly Room[]): Promise<void> {
    const sockets = this.#adapter.socketsOf(targets);
    await Promise.all(sockets.flatMap((socket) => rooms.map((room) => joined(socket, String(room)))));
  }

  async leaveAll(targets: Targets, rooms: readonly Room[]): Promise<void> {
    const sockets = this.#adapter.socketsOf(targets);
    await Promise.all(sockets.flatMap((socket) => rooms.map((room) => left(socket, String(room)))));
  }

  disconnectAll(targets: Targets, close: boolean): void {
    forEachAnyway(this.#adapter.socketsOf(targets), (socket) => socket.disconnect(close));
  }

  async callCustomHook(data: unknown): Promise<unknown> {
    return callHook(this.#hooks.customHook(), data);
  }

  receiveEvent(args: readonly [string, ...unknown[]], answer?: (value: unknown) => void): void {
    this.#hooks.serverSideEvent(args, answer);
  }

  #find(sid: string): Socket2 | undefined {
    return lookUp(this.#adapter.nsp.connected, sid);
  }
}

function joined(socket: Socket2, room: string): Promise<void> {
  return promised((done) => socket.join(room, done));
}

function left(socket: Socket2, room: string): Promise<void> {
  return promised((done) => socket.leave(room, done));
}

function promised(change: (done: (error?: Error | null) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    change((error) => (error ? reject(error) : resolve()));
  });
}
