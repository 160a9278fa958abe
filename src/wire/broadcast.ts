import { readBroadcast } from './broadcast-reader';
import { SEQUENCE_HEAD, writeBroadcast } from './broadcast-writer';
import { Json } from './json';
import { isRecord, MalformedMessageError, readRooms } from './malformed';
import type { Room } from './messages';
import { decodeMessagePack, encodeMessagePack } from './msgpack';
import { JsonReader } from './msgpack-json';
import { isRoom } from './rooms';
import { toSendable } from './sendable';
import { isSame, type Sliceable, shortText } from './short-text';

/** In socket.io-protocol. */
export const EVENT = 2;
export const BINARY_EVENT = 5;

/** A packet as it travels: the event's name and arguments, for a namespace. */
export interface BroadcastPacket {
  /** EVENT or BINARY_EVENT. */
  type: number;
  /** The event's name, and its arguments. */
  data: [event: string | number, ...args: unknown[]];
  /** The namespace's name, such as `/chat`. */
  nsp: string;
  /** The data in JSON, when it came so far without becoming anything else. */
  json?: Json;
}

/** What has, or makes, a packet's data in JSON, where it can be. */
export interface JsonSource {
  readonly json?: Json | undefined;
}

/** A packet whose data is made only if somebody wants to look at it. */
class JsonPacket implements BroadcastPacket {
  #data: BroadcastPacket['data'] | undefined;

  constructor(
    readonly type: number,
    readonly json: Json,
    readonly nsp: string,
  ) {}

  get data(): BroadcastPacket['data'] {
    this.#data ??= this.json.parse() as BroadcastPacket['data'];
    return this.#data;
  }
}

/** Whom a packet is for. */
export interface BroadcastOptions {
  /** The rooms whose members get it; empty for the whole namespace. A socket id is a room too. */
  rooms: Room[];
  /** The rooms whose members do not. */
  except: Room[];
  flags: BroadcastFlags;
  /** How many broadcasts the node had sent in the namespace by then, in 32 bits; published nodes give and read none. */
  seq?: number | undefined;
}

/** How Socket.IO is to send a packet. */
export interface BroadcastFlags {
  /** Whether a client that is not ready to get it may miss it. */
  volatile?: boolean;
  /** Whether it may be compressed on its way to a client. */
  compress?: boolean;
  /** Whether it is for the sockets of this node only. */
  local?: boolean;
  /** Whether it holds binary data; Socket.IO 2 looks for it otherwise. */
  binary?: boolean;
  [flag: string]: unknown;
}

export interface Broadcast {
  uid: string;
  packet: BroadcastPacket;
  options: BroadcastOptions;
}

/** What a sender may leave out. */
export type OutgoingOptions = Partial<BroadcastOptions>;

/** How broadcasts are turned into bytes; the option `parser` of `@socket.io/redis-adapter` 7.x and 8.x. */
export interface Codec {
  /** Writes a broadcast; called once for each that is sent. */
  encode(value: unknown): Uint8Array;
  /** Reads what another node's `encode()` wrote; what it throws on is dropped, and counted in `stats().malformed`. */
  decode(payload: Buffer): unknown;
}

export const messagePack: Codec = { encode: encodeMessagePack, decode: decodeMessagePack };

export function encodeWith(codec: Codec, value: unknown): Buffer {
  const bytes = codec.encode(value);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}

/** A broadcast on its way to Redis, and to local sockets. */
export class WrittenBroadcast {
  readonly payload: Buffer;
  readonly #dataStart: number | undefined;

  /** @param dataStart - where the packet's data begins in the payload, if that is MessagePack */
  constructor(payload: Buffer, dataStart: number | undefined) {
    this.payload = payload;
    this.#dataStart = dataStart;
  }

  /** The packet's data in JSON, where it can be: to read it off the payload takes two thirds of the time of `JSON.stringify()`. */
  get json(): Json | undefined {
    return this.#dataStart === undefined ? undefined : new JsonReader(this.payload, this.#dataStart).readJson(2);
  }
}

/** @throws {UnsendableValueError} when the packet's data holds what cannot be sent */
export function encodeBroadcast(
  uid: string,
  packet: BroadcastPacket,
  options: OutgoingOptions,
  codec: Codec = messagePack,
): WrittenBroadcast {
  const { type, nsp } = packet;
  const data = toSendable(packet.data, 'data');
  const { rooms = [], except = [], flags = {}, seq } = options;
  if (codec === messagePack) {
    const { payload, dataStart } = writeBroadcast({ uid, type, data, nsp, rooms, except, flags, seq });
    return new WrittenBroadcast(payload, dataStart);
  }
  const payload = encodeWith(codec, [uid, { type, data, nsp }, { rooms, except, flags }]);
  return new WrittenBroadcast(payload, undefined);
}

const SEQUENCE_BYTES = 4;

/**
 * Reads the number of a broadcast off its last bytes, without decoding the rest.
 *
 * @returns undefined when it has none
 */
export function readSequence(payload: Buffer): number | undefined {
  const end = payload.length - SEQUENCE_BYTES;
  const start = end - SEQUENCE_HEAD.length;
  if (start < 0) return undefined;
  for (let i = 0; i < SEQUENCE_HEAD.length; i++) if (payload[start + i] !== SEQUENCE_HEAD[i]) return undefined;
  return payload.readUInt32BE(end);
}

/** Who sent the last broadcast, and the bytes of that name: most come many in a row. */
let last: string | undefined;
const lastBytes = new Uint8Array(0x1f);

/** Reads who sent a broadcast off its first bytes; undefined for whoever is certainly no node of this package. */
export function readBroadcaster(payload: Buffer): string | undefined {
  const length = (payload[1] ?? 0) & 0x1f;
  if (payload[1] !== (0xa0 | length) || payload.length < 2 + length) return undefined;
  if (last?.length !== length || !isSame(payload, 2, lastBytes, 0, length)) {
    last = shortText(payload as Sliceable, 2, length);
    for (let i = 0; i < length; i++) lastBytes[i] = payload[2 + i] as number;
  }
  return last;
}

/**
 * @param withJson - whether the packet's data is to become JSON at once, where it can
 * @param nsp - the namespace that it is for, as a rule
 * @throws {MalformedMessageError} when it is not what a peer or an emitter would send
 */
export function decodeBroadcast(payload: Buffer, codec: Codec = messagePack, withJson = false, nsp = '/'): Broadcast {
  let message: unknown;
  try {
    message = codec === messagePack ? readBroadcast(payload, withJson, nsp) : codec.decode(payload);
  } catch (cause) {
    throw new MalformedMessageError('it cannot be decoded', cause);
  }
  if (!Array.isArray(message)) throw new MalformedMessageError('not an array');
  const [uid, packet, options] = message as unknown[];
  if (typeof uid !== 'string') throw new MalformedMessageError('the uid is not a string');
  return { uid, packet: readPacket(packet), options: readOptions(options) };
}

/**
 * @param namespace - the packet's, where that is told beside it
 * @throws {MalformedMessageError}
 */
export function readPacket(packet: unknown, namespace?: string): BroadcastPacket {
  if (!isRecord(packet)) throw new MalformedMessageError('the packet is not an object');
  const { type, data, nsp: own = '/' } = packet;
  if (type !== EVENT && type !== BINARY_EVENT) throw new MalformedMessageError('the packet is not an event');
  if (typeof own !== 'string') throw new MalformedMessageError("the packet's namespace is not a string");
  const nsp = namespace ?? own;
  if (data instanceof Json && beginsWithName(data)) return new JsonPacket(type, data, nsp);
  if (!Array.isArray(data) || !isRoom(data[0])) throw new MalformedMessageError('the packet has no event name');
  return { type, data: data as BroadcastPacket['data'], nsp };
}

/** Whether it is an array that begins with a text or a number. */
function beginsWithName({ bytes: [open, first = 0] }: Json): boolean {
  return open === 0x5b && (first === 0x22 || first === 0x2d || (first >= 0x30 && first <= 0x39));
}

/** @throws {MalformedMessageError} */
export function readOptions(options: unknown): BroadcastOptions {
  if (options === undefined || options === null) return { rooms: [], except: [], flags: {} };
  if (!isRecord(options)) throw new MalformedMessageError('the options are not an object');
  const flags = options.flags ?? {};
  if (!isRecord(flags)) throw new MalformedMessageError('the flags are not an object');
  return { rooms: readRoomsIfAny(options, 'rooms'), except: readRoomsIfAny(options, 'except'), flags };
}

function readRoomsIfAny(options: Record<string, unknown>, field: string): Room[] {
  return options[field] === undefined || options[field] === null ? [] : readRooms(options, field);
}
