import { isCount, isRecord, MalformedMessageError, readRoom, readRooms, readString, readStrings } from './malformed';
import type { Request, SocketDetails, Targets } from './messages';
import { packSockets } from './pack-sockets';
import { readSockets } from './unpack-sockets';

/**
 * Requests and responses as `@socket.io/redis-adapter` 7.x and 8.x write them: JSON, or MessagePack where there is binary data,
 * with the id in `requestId`. What has a name for a type is ours: published nodes ignore it.
 */
const SOCKETS = 0;
const ALL_ROOMS = 1;
const REMOTE_JOIN = 2;
const REMOTE_LEAVE = 3;
const REMOTE_DISCONNECT = 4;
const REMOTE_FETCH = 5;
const SERVER_SIDE_EMIT = 6;
const COUNT_SOCKETS = 'countSockets';
const ROOM_SIZES = 'roomSizes';

export const ID_FIELD = 'requestId';

/** @returns undefined when the dialect has no such request */
export function requestFields(request: Request, id: string | undefined): Record<string, unknown> | undefined {
  const fields = fieldsOf(request);
  return fields && { ...(id === undefined ? {} : { requestId: id }), ...fields };
}

function fieldsOf(request: Request): Record<string, unknown> | undefined {
  switch (request.type) {
    case 'clients':
      return { type: SOCKETS, rooms: request.rooms };
    case 'allRooms':
      return { type: ALL_ROOMS };
    case 'remoteJoin':
      return { type: REMOTE_JOIN, sid: request.sid, room: request.room };
    case 'remoteLeave':
      return { type: REMOTE_LEAVE, sid: request.sid, room: request.room };
    case 'remoteDisconnect':
      return { type: REMOTE_DISCONNECT, sid: request.sid, close: request.close };
    case 'addSockets':
      return { type: REMOTE_JOIN, opts: request.targets, rooms: request.rooms };
    case 'delSockets':
      return { type: REMOTE_LEAVE, opts: request.targets, rooms: request.rooms };
    case 'disconnectSockets':
      return { type: REMOTE_DISCONNECT, opts: request.targets, close: request.close };
    case 'fetchSockets':
      return { type: REMOTE_FETCH, opts: request.targets, packed: true };
    case 'countSockets':
      return { type: COUNT_SOCKETS, opts: request.targets };
    case 'roomSizes':
      return { type: ROOM_SIZES };
    case 'serverSideEmit':
      return { type: SERVER_SIDE_EMIT, data: request.args, ...onceOf(request) };
    default:
      return undefined;
  }
}

/** @throws {MalformedMessageError} when it is not what a peer would send */
export function readRequest(fields: Record<string, unknown>): Request {
  switch (fields.type) {
    case SOCKETS:
      return { type: 'clients', rooms: fields.rooms ? readRooms(fields, 'rooms') : [] };
    case ALL_ROOMS:
      return { type: 'allRooms' };
    case REMOTE_JOIN:
      return readMove(fields, 'addSockets', 'remoteJoin');
    case REMOTE_LEAVE:
      return readMove(fields, 'delSockets', 'remoteLeave');
    case REMOTE_DISCONNECT:
      return readDisconnect(fields);
    case REMOTE_FETCH:
      return { type: 'fetchSockets', targets: readTargets(fields) };
    case COUNT_SOCKETS:
      return { type: 'countSockets', targets: readTargets(fields) };
    case ROOM_SIZES:
      return { type: 'roomSizes' };
    case SERVER_SIDE_EMIT:
      return { type: 'serverSideEmit', args: readEvent(fields.data), ...readOnce(fields) };
    default:
      throw new MalformedMessageError('unknown type of request');
  }
}

function readMove(
  fields: Record<string, unknown>,
  many: 'addSockets' | 'delSockets',
  one: 'remoteJoin' | 'remoteLeave',
): Request {
  if (fields.opts) return { type: many, targets: readTargets(fields), rooms: readRooms(fields, 'rooms') };
  // the form of 6.x
  return { type: one, sid: readString(fields, 'sid'), room: readRoom(fields, 'room') };
}

function readDisconnect(fields: Record<string, unknown>): Request {
  const close = Boolean(fields.close);
  if (fields.opts) return { type: 'disconnectSockets', targets: readTargets(fields), close };
  return { type: 'remoteDisconnect', sid: readString(fields, 'sid'), close };
}

/** @throws {MalformedMessageError} */
export function readTargets({ opts }: Record<string, unknown>): Targets {
  if (!isRecord(opts)) throw new MalformedMessageError('"opts" is not an object');
  return {
    rooms: opts.rooms ? readRooms(opts, 'rooms') : [],
    except: opts.except ? readRooms(opts, 'except') : [],
  };
}

function readEvent(data: unknown): [string, ...unknown[]] {
  if (!Array.isArray(data) || typeof data[0] !== 'string') throw new MalformedMessageError('"data" is no event');
  return data as [string, ...unknown[]];
}

export function onceOf({ once }: { once?: string }): { once?: string } {
  return once === undefined ? {} : { once };
}

/** @throws {MalformedMessageError} */
export function readOnce(fields: Record<string, unknown>): { once?: string } {
  return fields.once === undefined ? {} : { once: readString(fields, 'once') };
}

/** @param packed - whether sockets are to be packed */
export function valueFields(request: Request, value: unknown, packed: boolean): Record<string, unknown> {
  switch (request.type) {
    case 'clients':
      return { sockets: value };
    case 'fetchSockets':
      return packed ? packSockets(value as SocketDetails[]) : { sockets: value };
    case 'allRooms':
      return { rooms: value };
    case 'serverSideEmit':
      return { type: SERVER_SIDE_EMIT, data: value };
    case 'countSockets':
    case 'roomSizes':
      return { value };
    default:
      return {};
  }
}

/** @throws {MalformedMessageError} when the response is no answer to such a request */
export function readValue(request: Request, body: Record<string, unknown>): unknown {
  switch (request.type) {
    case 'clients':
      return readStrings(body, 'sockets');
    case 'fetchSockets':
      return readSockets(body);
    case 'allRooms':
      return readStrings(body, 'rooms');
    case 'serverSideEmit':
      return body.data;
    case 'countSockets':
      return readCount(body.value);
    case 'roomSizes':
      return readSizes(body.value);
    default:
      return undefined;
  }
}

function readCount(value: unknown): number {
  if (!isCount(value)) throw new MalformedMessageError('"value" is no number');
  return value;
}

/** As pairs of name and size: names are not safe as the keys of an object. */
function readSizes(value: unknown): [string, number][] {
  if (!Array.isArray(value)) throw new MalformedMessageError('"value" is not an array');
  return value.map((pair: unknown) => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') throw new MalformedMessageError('a room has no name');
    return [pair[0], readCount(pair[1])];
  });
}
