import { MalformedMessageError, readRoom, readRooms, readString, readStrings } from './malformed';
import type { Request } from './messages';

/**
 * Requests and responses as socket.io-redis 5.x writes them: JSON, with the id in `requestid`, and a type that is the place
 * in this list.
 */
const TYPES = [
  'clients',
  'clientRooms',
  'allRooms',
  'remoteJoin',
  'remoteLeave',
  'customRequest',
  'remoteDisconnect',
] as const;

export const ID_FIELD = 'requestid';

/** @returns undefined when the dialect has no such request */
export function requestFields(request: Request, id: string | undefined): Record<string, unknown> | undefined {
  const type = (TYPES as readonly string[]).indexOf(request.type);
  if (type === -1 || id === undefined) return undefined;
  // 8.x reads the types in its own way: its remoteLeave would close the connection. With `opts` it takes each of them for a
  // request about the sockets of a room, and nobody is in this one.
  return { requestid: id, ...request, type, opts: { rooms: [id], except: [] } };
}

/** @throws {MalformedMessageError} when it is not what a peer would send */
export function readRequest(fields: Record<string, unknown>): Request {
  const type = typeof fields.type === 'number' ? TYPES[fields.type] : undefined;
  switch (type) {
    case 'clients':
      return { type, rooms: fields.rooms ? readRooms(fields, 'rooms') : [] };
    case 'allRooms':
      return { type };
    case 'customRequest':
      return { type, data: fields.data };
    case 'clientRooms':
      return { type, sid: readString(fields, 'sid') };
    case 'remoteJoin':
    case 'remoteLeave':
      return { type, sid: readString(fields, 'sid'), room: readRoom(fields, 'room') };
    case 'remoteDisconnect':
      return { type, sid: readString(fields, 'sid'), close: Boolean(fields.close) };
    default:
      throw new MalformedMessageError('unknown type of request');
  }
}

export function valueFields(request: Request, value: unknown): Record<string, unknown> {
  switch (request.type) {
    case 'clients':
      return { clients: value };
    case 'allRooms':
    case 'clientRooms':
      return { rooms: value };
    case 'customRequest':
      return { data: value };
    default:
      return {};
  }
}

/** @throws {MalformedMessageError} when the response is no answer to such a request */
export function readValue(request: Request, body: Record<string, unknown>): unknown {
  switch (request.type) {
    case 'clients':
      return readStrings(body, 'clients');
    case 'allRooms':
    case 'clientRooms':
      return readStrings(body, 'rooms');
    case 'customRequest':
      return body.data;
    default:
      return undefined;
  }
}
