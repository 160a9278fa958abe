import { MalformedMessageError, readString, readStrings } from './malformed';
import type { Answer, IncomingRequest, IncomingResponse, Request, Sender } from './messages';

/**
 * Requests and responses as socket.io-redis 5.x writes them: JSON, with the id in `requestid`.
 *
 * The fields `uid`, `link`, `nodes` and `found` are ours. 5.x nodes neither send nor read them.
 */

/** In 5.x's numbering. */
const TYPES = [
  'clients',
  'clientRooms',
  'allRooms',
  'remoteJoin',
  'remoteLeave',
  'customRequest',
  'remoteDisconnect',
] as const;

export function encodeRequest(id: string, request: Request, sender: Sender): string {
  const { type, ...fields } = request;
  return JSON.stringify({ requestid: id, type: TYPES.indexOf(type), ...fields, ...encodeSender(sender) });
}

/** @throws {MalformedMessageError} when it is not what a peer would send */
export function decodeRequest(fields: Record<string, unknown>): IncomingRequest {
  return { id: readString(fields, 'requestid'), sender: readSender(fields), request: readRequest(fields) };
}

/** @throws {TypeError} when the answer cannot be written as JSON */
export function encodeResponse(id: string, request: Request, answer: Answer, sender: Sender): string {
  const body = answer.found ? encodeValue(request, answer.value) : { found: false };
  return JSON.stringify({ requestid: id, ...body, ...encodeSender(sender) });
}

/** @throws {MalformedMessageError} when it is not what a peer would send */
export function decodeResponse(body: Record<string, unknown>): IncomingResponse {
  return { id: readString(body, 'requestid'), sender: readSender(body), body };
}

/** @throws {MalformedMessageError} when the response is no answer to such a request */
export function readAnswer(request: Request, response: IncomingResponse): Answer {
  if (response.body.found === false) return { found: false };
  return { found: true, value: readValue(request, response.body) };
}

function readRequest(fields: Record<string, unknown>): Request {
  const type = TYPES[fields.type as number];
  switch (type) {
    case 'clients':
      return { type, rooms: fields.rooms ? readStrings(fields, 'rooms') : [] };
    case 'allRooms':
      return { type };
    case 'customRequest':
      return { type, data: fields.data };
    case 'clientRooms':
      return { type, sid: readString(fields, 'sid') };
    case 'remoteJoin':
    case 'remoteLeave':
      return { type, sid: readString(fields, 'sid'), room: readRoom(fields.room) };
    case 'remoteDisconnect':
      return { type, sid: readString(fields, 'sid'), close: Boolean(fields.close) };
    default:
      throw new MalformedMessageError('unknown type of request');
  }
}

function readRoom(room: unknown): string {
  if (typeof room === 'string' || typeof room === 'number') return String(room);
  throw new MalformedMessageError('"room" is not a name');
}

function encodeValue(request: Request, value: unknown): Record<string, unknown> {
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

function readValue(request: Request, body: Record<string, unknown>): unknown {
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

function encodeSender({ uid, link, nodes }: Sender): Record<string, unknown> {
  return nodes.length > 1 ? { uid, link, nodes } : { uid, link };
}

function readSender(fields: Record<string, unknown>): Sender | undefined {
  if (fields.uid === undefined || fields.link === undefined) return undefined;
  const uid = readString(fields, 'uid');
  return { uid, link: readString(fields, 'link'), nodes: fields.nodes ? readStrings(fields, 'nodes') : [uid] };
}
