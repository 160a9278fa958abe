import type { Adapter } from 'socket.io-adapter';
import type { LocalNode } from '../../cluster/local-node';
import type { BroadcastOptions, BroadcastPacket, JsonSource } from '../../wire/broadcast';
import type { Room, SocketDetails, Targets } from '../../wire/messages';
import { asRooms, textOfRoom } from '../../wire/rooms';
import { type CustomHook, callHook } from '../custom-hook';
import { forEachAnyway } from '../for-each-anyway';
import { writable } from '../handshake';
import { eventHead, LocalBroadcast } from './local-broadcast';
import type { Namespace4, Socket4 } from './types';

/** The sockets of one Socket.IO 4 server, as the cluster sees them. */
export class LocalSockets implements LocalNode {
  readonly #adapter: Adapter;
  readonly #nsp: Namespace4;
  readonly #eventHead: string;
  readonly #customHook: () => CustomHook;

  constructor(adapter: Adapter, nsp: Namespace4, customHook: () => CustomHook) {
    this.#adapter = adapter;
    this.#nsp = nsp;
    this.#eventHead = eventHead(nsp.name);
    this.#customHook = customHook;
  }

  /** Socket.IO's own parser is one that writes JSON. */
  get takesJson(): boolean {
    const { opts } = this.#nsp.server;
    return opts !== undefined && opts.parser === undefined;
  }

  deliver(packet: BroadcastPacket, options: BroadcastOptions): void {
    // another server of this process, with another parser, may have had it read
    const source = this.takesJson ? packet : undefined;
    this.#send(new LocalBroadcast(this.#nsp, this.#eventHead, packet, source, options.flags), options);
  }

  /** Sends what this node sends itself. @param written - as it goes to the others, if it does */
  broadcast(data: BroadcastPacket['data'], options: BroadcastOptions, written: JsonSource | undefined): void {
    const source = this.takesJson ? written : undefined;
    this.#send(new LocalBroadcast(this.#nsp, this.#eventHead, { data }, source, options.flags), options);
  }

  deliverWithAcknowledgement(
    { data }: Pick<BroadcastPacket, 'data'>,
    options: BroadcastOptions,
    onCount: (clients: number, forget: () => void) => void,
    onAnswer: (value: unknown) => void,
    id = this.nextId(),
  ): void {
    const broadcast = new LocalBroadcast(this.#nsp, this.#eventHead, { data, id }, undefined, options.flags);
    const sockets = this.#socketsIn(options);
    for (const socket of sockets) {
      broadcast.sendTo(socket);
      socket.acks.set(id, onAnswer);
    }
    // whoever asks waits for the number, whatever a listener throws
    onCount(sockets.length, () => {
      for (const { acks } of sockets) acks.delete(id);
    });
    broadcast.end();
  }

  /** For a packet that is to be acknowledged: the same for all who get it. */
  nextId(): number {
    return this.#nsp._ids++;
  }

  hasRoom(room: string): boolean {
    const { rooms } = this.#adapter;
    return rooms.has(room) || (mayBeNumber(room) && rooms.has(this.#named(room)));
  }

  clientsIn(rooms: readonly Room[]): string[] {
    return this.#socketsIn({ rooms: [...rooms], except: [] }).map(({ id }) => id);
  }

  roomNames(): string[] {
    return [...this.#adapter.rooms.keys()].map(textOfRoom);
  }

  roomSizes(): [string, number][] {
    return [...this.#adapter.rooms].map(([room, { size }]) => [textOfRoom(room), size]);
  }

  roomsOf(sid: string): string[] | undefined {
    const rooms = this.#adapter.socketRooms(sid);
    return rooms && [...rooms].map(textOfRoom);
  }

  async join(sid: string, room: string): Promise<boolean> {
    const socket = this.#nsp.sockets.get(sid);
    await socket?.join(room);
    return socket !== undefined;
  }

  async leave(sid: string, room: string): Promise<boolean> {
    const socket = this.#nsp.sockets.get(sid);
    await socket?.leave(this.#named(room));
    return socket !== undefined;
  }

  disconnect(sid: string, close: boolean): boolean {
    const socket = this.#nsp.sockets.get(sid);
    socket?.disconnect(close);
    return socket !== undefined;
  }

  fetch(targets: Targets): SocketDetails[] {
    return this.#socketsIn(targets).map(detailsOf);
  }

  count(targets: Targets): number {
    return this.#socketsIn(targets).length;
  }

  async joinAll(targets: Targets, rooms: readonly Room[]): Promise<void> {
    // what a listener of the adapter throws when one joins is not to keep the others out
    await Promise.all(this.#socketsIn(targets).map(async (socket) => socket.join(rooms as string[])));
  }

  async leaveAll(targets: Targets, rooms: readonly Room[]): Promise<void> {
    const leave = async (socket: Socket4, room: Room) => socket.leave(this.#named(room));
    await Promise.all(this.#socketsIn(targets).flatMap((socket) => rooms.map((room) => leave(socket, room))));
  }

  disconnectAll(targets: Targets, close: boolean): void {
    forEachAnyway(this.#socketsIn(targets), (socket) => socket.disconnect(close));
  }

  async callCustomHook(data: unknown): Promise<unknown> {
    return callHook(this.#customHook(), data);
  }

  receiveEvent(args: readonly [string, ...unknown[]], answer?: (value: unknown) => void): void {
    this.#nsp._onServerSideEmit(answer ? [...args, answer] : [...args]);
  }

  #send(broadcast: LocalBroadcast, options: BroadcastOptions): void {
    this.#forEach(options, (socket) => broadcast.sendTo(socket));
    broadcast.end();
  }

  #socketsIn(targets: Targets): Socket4[] {
    const sockets: Socket4[] = [];
    this.#forEach(targets, (socket) => sockets.push(socket));
    return sockets;
  }

  #forEach({ rooms, except }: Targets, visit: (socket: Socket4) => void): void {
    for (const sid of this.#sidsOf(rooms, except)) {
      const socket = this.#nsp.sockets.get(sid);
      if (socket) visit(socket);
    }
  }

  #sidsOf(rooms: readonly Room[], except: readonly Room[]): Iterable<string> {
    // nothing needs to be put together then
    if (rooms.length === 1 && except.length === 0) return this.#members(rooms[0] as Room);
    const sids = new Set(
      rooms.length > 0 ? rooms.flatMap((room) => [...this.#members(room)]) : this.#adapter.sids.keys(),
    );
    for (const room of except) for (const sid of this.#members(room)) sids.delete(sid);
    return sids;
  }

  #members(room: Room): Iterable<string> {
    const { rooms } = this.#adapter as { rooms: Map<Room, Set<string>> };
    return rooms.get(room) ?? rooms.get(this.#named(room)) ?? [];
  }

  /**
   * The room as it is called here: on Socket.IO 4 a room may be a number, while a channel's name and Socket.IO 2 know
   * texts only. Its types know no numbers.
   */
  #named(room: Room): string {
    const { rooms } = this.#adapter as { rooms: Map<Room, Set<string>> };
    if (rooms.has(room)) return room as string;
    if (typeof room === 'string' && !mayBeNumber(room)) return room;
    const otherwise = typeof room === 'number' ? String(room) : Number(room);
    return (String(otherwise) === String(room) && rooms.has(otherwise) ? otherwise : room) as string;
  }
}

/** Whether it begins with a digit or `-`, or as `Infinity` and `NaN` do. */
function mayBeNumber(text: string): boolean {
  const first = text.charCodeAt(0);
  return (first >= 0x30 && first <= 0x39) || first === 0x2d || first === 0x49 || first === 0x4e;
}

function detailsOf({ id, handshake, rooms, data }: Socket4): SocketDetails {
  return { id, handshake: writable(handshake), rooms: asRooms(rooms), data };
}
