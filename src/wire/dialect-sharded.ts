import { onceOf, readOnce, readTargets } from './dialect-8';
import { isRecord, MalformedMessageError, readName, readRooms, readString } from './malformed';
import type { Answer, Request, Room, SocketDetails, Targets } from './messages';
import { readSockets } from './unpack-sockets';

/**
 * Messages as the sharded adapter of `@socket.io/redis-adapter` 8.x writes them: `{ uid, nsp, type, data }`, with the types of
 * socket.io-adapter 2.5. Published nodes ignore the types that they do not know, and further fields in `data`.
 */
export const HELLO = 1;
export const HELLO_ANSWER = 2;
export const BROADCAST = 3;
const SOCKETS_JOIN = 4;
const SOCKETS_LEAVE = 5;
const DISCONNECT_SOCKETS = 6;
const FETCH_SOCKETS = 7;
const FETCH_SOCKETS_RESPONSE = 8;
const SERVER_SIDE_EMIT = 9;
const SERVER_SIDE_EMIT_RESPONSE = 10;
export const CLIENT_COUNT = 11;
export const CLIENT_ANSWER = 12;
export const BYE = 13;
/** Ours: a request that published nodes have nothing to say to, one once more, and an answer to a node of this package. */
const REQUEST = 'request';
export const REMINDER = 'reminder';
export const RESPONSE = 'response';

export interface ShardedMessage {
  uid: string;
  nsp: string;
  type: number | string;
  data: Record<string, unknown>;
}

/** @throws {MalformedMessageError} */
export function readShardedMessage(fields: Record<string, unknown>): ShardedMessage {
  const { type, data = {} } = fields;
  const [uid, nsp] = [readName(fields, 'uid'), readString(fields, 'nsp')];
  if (typeof type !== 'number' && typeof type !== 'string') throw new MalformedMessageError('no type');
  if (!isRecord(data)) throw new MalformedMessageError('"data" is not an object');
  return { uid, nsp, type, data };
}

/** Whether the form for published nodes says all that there is to a request. */
export function saysAll({ type }: Request): boolean {
  return ['addSockets', 'delSockets', 'disconnectSockets', 'fetchSockets', 'serverSideEmit'].includes(type);
}

type TypeAndData = Pick<ShardedMessage, 'type' | 'data'>;

/** Whether such a message may hold a request in the form of the classic wire, for nodes of this package. */
export function mayHoldRequest({ type }: ShardedMessage): boolean {
  const types: (number | string)[] = [SOCKETS_JOIN, SOCKETS_LEAVE, DISCONNECT_SOCKETS, FETCH_SOCKETS, REQUEST];
  return types.includes(type);
}

/** A request in the form that published nodes understand best: many of ours are a FETCH_SOCKETS to them. */
export function publishedRequest(request: Request): TypeAndData {
  switch (request.type) {
    case 'addSockets':
      return { type: SOCKETS_JOIN, data: { opts: optsOf(request.targets), rooms: request.rooms } };
    case 'delSockets':
      return { type: SOCKETS_LEAVE, data: { opts: optsOf(request.targets), rooms: request.rooms } };
    case 'disconnectSockets':
      return { type: DISCONNECT_SOCKETS, data: { opts: optsOf(request.targets), close: request.close } };
    case 'remoteJoin':
      return { type: SOCKETS_JOIN, data: { opts: optsOf(only(request.sid)), rooms: [request.room] } };
    case 'remoteLeave':
      return { type: SOCKETS_LEAVE, data: { opts: optsOf(only(request.sid)), rooms: [request.room] } };
    case 'remoteDisconnect':
      return { type: DISCONNECT_SOCKETS, data: { opts: optsOf(only(request.sid)), close: request.close } };
    case 'fetchSockets':
      return { type: FETCH_SOCKETS, data: { opts: optsOf(request.targets), packed: true } };
    case 'serverSideEmit':
      return { type: SERVER_SIDE_EMIT, data: { packet: request.args, ...onceOf(request) } };
    case 'customRequest':
      return { type: REQUEST, data: {} };
    default:
      return publishedSearch(request);
  }
}

/** Asks published nodes for the sockets that a request is about. */
export function publishedSearch(request: Request): TypeAndData {
  return { type: FETCH_SOCKETS, data: { opts: optsOf(targetsOf(request)) } };
}

function targetsOf(request: Request): Targets {
  if ('targets' in request) return request.targets;
  if ('sid' in request) return only(request.sid);
  return { rooms: request.type === 'clients' ? request.rooms : [], except: [] };
}

function only(sid: string): Targets {
  return { rooms: [sid], except: [] };
}

function optsOf({ rooms, except }: Targets): Targets & { flags: object } {
  return { rooms, except, flags: {} };
}

/**
 * Reads a request of a published node, or of an emitter.
 *
 * @throws {MalformedMessageError}
 */
export function readPublishedRequest({ type, data }: ShardedMessage): Request {
  switch (type) {
    case SOCKETS_JOIN:
      return { type: 'addSockets', targets: readTargets(data), rooms: readRooms(data, 'rooms') };
    case SOCKETS_LEAVE:
      return { type: 'delSockets', targets: readTargets(data), rooms: readRooms(data, 'rooms') };
    case DISCONNECT_SOCKETS:
      return { type: 'disconnectSockets', targets: readTargets(data), close: Boolean(data.close) };
    case FETCH_SOCKETS:
      return { type: 'fetchSockets', targets: readTargets(data) };
    case SERVER_SIDE_EMIT:
      return { type: 'serverSideEmit', args: readPacket(data.packet), ...readOnce(data) };
    default:
      throw new MalformedMessageError('unknown type of message');
  }
}

function readPacket(packet: unknown): [string, ...unknown[]] {
  if (!Array.isArray(packet) || typeof packet[0] !== 'string') throw new MalformedMessageError('"packet" is no event');
  return packet as [string, ...unknown[]];
}

/** The answer to a request of a published node. */
export function publishedResponse({ type }: Request, value: unknown): TypeAndData {
  if (type === 'fetchSockets') return { type: FETCH_SOCKETS_RESPONSE, data: { sockets: value } };
  return { type: SERVER_SIDE_EMIT_RESPONSE, data: { packet: value } };
}

export function isPublishedResponse({ type }: ShardedMessage): boolean {
  return type === FETCH_SOCKETS_RESPONSE || type === SERVER_SIDE_EMIT_RESPONSE;
}

/**
 * Reads a published node's answer to a request of ours, which may have been a FETCH_SOCKETS to it.
 *
 * @throws {MalformedMessageError} when it is no answer to such a request
 */
export function readPublishedAnswer(request: Request, { type, data }: ShardedMessage): Answer {
  if (request.type === 'serverSideEmit') {
    if (type !== SERVER_SIDE_EMIT_RESPONSE) throw new MalformedMessageError('no answer to an event');
    return { kind: 'value', value: data.packet };
  }
  if (type !== FETCH_SOCKETS_RESPONSE) throw new MalformedMessageError('no answer about sockets');
  const sockets = readSockets(data);
  if (!('sid' in request)) return { kind: 'value', value: shareOf(request, sockets) };
  const socket = sockets.find(({ id }) => id === request.sid);
  if (!socket) return { kind: 'not found' };
  return { kind: 'value', value: request.type === 'clientRooms' ? socket.rooms.map(String) : undefined };
}

function shareOf(request: Request, sockets: readonly SocketDetails[]): unknown {
  switch (request.type) {
    case 'clients':
      return sockets.map(({ id }) => id);
    case 'allRooms':
      return [...roomSizes(sockets).keys()];
    case 'countSockets':
      return sockets.length;
    case 'roomSizes':
      return [...roomSizes(sockets)];
    default:
      return sockets;
  }
}

function roomSizes(sockets: readonly SocketDetails[]): Map<string, number> {
  const sizes = new Map<string, number>();
  const count = (room: Room) => sizes.set(String(room), (sizes.get(String(room)) ?? 0) + 1);
  for (const { rooms } of sockets) rooms.forEach(count);
  return sizes;
}
