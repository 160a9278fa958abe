import { containsBinary } from '../../wire/binary';
import { BINARY_EVENT, type BroadcastFlags, EVENT } from '../../wire/broadcast';
import type { Room } from '../../wire/messages';
import { callBack } from './callback-order';
import { createDictionary, type Dictionary, lookUp } from './dictionary';
import type { BaseAdapter, Callback, Namespace2, Socket2 } from './types';

const Adapter: new (nsp: Namespace2) => BaseAdapter = require('socket.io-adapter-1');

/** The sockets of a room, as Socket.IO 2 shows them. */
export class Members {
  readonly sockets: Dictionary<boolean> = createDictionary();
  length = 0;

  add(sid: string): void {
    if (Object.hasOwn(this.sockets, sid)) return;
    this.sockets[sid] = true;
    this.length += 1;
  }

  del(sid: string): void {
    if (!Object.hasOwn(this.sockets, sid)) return;
    delete this.sockets[sid];
    this.length -= 1;
  }
}

/** Whom a packet is for; see `BroadcastOptions`. Socket.IO 2 leaves out what is empty. */
export interface Targets {
  /** Those in any of these rooms; all of the namespace when there is none. */
  rooms?: readonly Room[];
  /** But not those in any of these. */
  except?: readonly Room[];
  /** How it is sent. */
  flags?: BroadcastFlags;
}

interface LocalPacket {
  type: number;
  data: unknown;
  /** Given when it is to be acknowledged. */
  id?: number;
}

/**
 * The in-memory adapter of Socket.IO 2, for any room name: socket.io-adapter 1.x throws on `__proto__` and `constructor`.
 * `except` may name rooms as well as sockets, since Socket.IO 4 nodes send such broadcasts.
 */
export class MemoryAdapter extends Adapter {
  readonly rooms: Dictionary<Members> = createDictionary();
  readonly sids: Dictionary<Dictionary<boolean>> = createDictionary();

  add(sid: string, room: string, fn?: Callback): void {
    this.addAll(sid, [room], fn);
  }

  addAll(sid: string, rooms: readonly string[], fn?: Callback): void {
    for (const room of rooms) {
      this.sids[sid] ??= createDictionary();
      this.sids[sid][room] = true;
      this.rooms[room] = lookUp(this.rooms, room) ?? new Members();
      this.rooms[room].add(sid);
    }
    callBack(fn);
  }

  del(sid: string, room: string, fn?: Callback): void {
    const rooms = this.sids[sid];
    if (rooms) delete rooms[room];
    this.#delFrom(room, sid);
    callBack(fn);
  }

  delAll(sid: string, fn?: Callback): void {
    for (const room of Object.keys(this.sids[sid] ?? {})) this.#delFrom(room, sid);
    delete this.sids[sid];
    callBack(fn);
  }

  /** Sends a packet to the sockets of this node that the targets name. @returns these sockets */
  broadcastLocally({ type, data, id }: LocalPacket, targets: Targets): Socket2[] {
    const { volatile, compress } = targets.flags ?? {};
    const options = { preEncoded: true, volatile, compress };
    const sockets = this.socketsOf(targets);
    if (sockets.length === 0) return sockets;
    this.encoder.encode({ type, data, id, nsp: this.nsp.name }, (encodedPackets) => {
      for (const socket of sockets) socket.packet(encodedPackets, options);
    });
    return sockets;
  }

  /** The sockets of this node that the targets name. */
  socketsOf({ rooms = [], except = [] }: Targets): Socket2[] {
    const sockets: Socket2[] = [];
    for (const sid of this.#sidsOf(rooms, except)) {
      const socket = lookUp(this.nsp.connected, sid);
      if (socket) sockets.push(socket);
    }
    return sockets;
  }

  #sidsOf(rooms: readonly Room[], except: readonly Room[]): Iterable<string> {
    // nothing needs to be put together then
    if (rooms.length === 1 && except.length === 0) return this.#sidsIn(rooms[0] as Room);
    const sids = new Set(rooms.length > 0 ? rooms.flatMap((room) => this.#sidsIn(room)) : Object.keys(this.sids));
    for (const name of except) {
      // others may have joined a room that is called as a socket is: in Socket.IO 2, it is the socket alone that is meant
      if (Object.hasOwn(this.sids, name)) sids.delete(String(name));
      else for (const sid of this.#sidsIn(name)) sids.delete(sid);
    }
    return sids;
  }

  #sidsIn(room: Room): string[] {
    return Object.keys(lookUp(this.rooms, String(room))?.sockets ?? {});
  }

  #delFrom(room: string, sid: string): void {
    const members = lookUp(this.rooms, room);
    members?.del(sid);
    if (members?.length === 0) delete this.rooms[room];
  }
}

/**
 * What kind of event it is, in socket.io-protocol 4: Socket.IO 2 itself sees a Buffer and an ArrayBuffer, but no other view
 * of binary data.
 */
export function typeOf(data: unknown, flags: BroadcastFlags): number {
  return (flags.binary ?? containsBinary(data)) ? BINARY_EVENT : EVENT;
}
