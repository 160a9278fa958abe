import { type Codec, messagePack } from './broadcast';
import * as dialect5 from './dialect-5';
import * as dialect8 from './dialect-8';
import { MalformedMessageError, readName, readNames, readString } from './malformed';
import type { Answer, DialectName, IncomingRequest, IncomingResponse, Request, Sender } from './messages';
import { encodeData, encodeJson } from './payload';
import { toSendable } from './sendable';

/**
 * Requests and responses in either dialect. The fields `link`, `nodes`, `repeated`, `packed`, `found` and `failure` are ours, and
 * so is `uid` in dialect 5: published nodes neither send nor read them.
 */
const DIALECTS = { 5: dialect5, 8: dialect8 };

/** A node that wants no other answer than from emitters: they have no channel of their own. */
export const EMITTER = 'emitter';

/**
 * Writes a request in a dialect, or in the other one when the first does not have it.
 *
 * @param id - undefined when no answer is wanted
 * @throws when it holds what cannot be written
 */
export function encodeRequest(
  dialect: DialectName,
  id: string | undefined,
  request: Request,
  sender: Sender,
  codec: Codec = messagePack,
): string | Buffer {
  const fields = requestFields(dialect, id, sendableRequest(request), sender);
  return request.type === 'serverSideEmit' ? encodeData(fields, codec) : encodeJson(fields);
}

/** Of all requests, only these hold a user's data that may be binary. @throws {UnsendableValueError} */
export function sendableRequest(request: Request): Request {
  if (request.type !== 'serverSideEmit') return request;
  return { ...request, args: toSendable(request.args, 'data') as [string] };
}

/** A request as it is before it is turned into bytes; see `encodeRequest()`. */
export function requestFields(
  dialect: DialectName,
  id: string | undefined,
  request: Request,
  sender: Sender,
): Record<string, unknown> {
  const fields =
    DIALECTS[dialect].requestFields(request, id) ?? DIALECTS[otherThan(dialect)].requestFields(request, id);
  return { ...fields, ...senderFields(sender) };
}

/**
 * Writes a request once more, for those who do not understand the dialect in which it was asked.
 *
 * @returns undefined when there is just one dialect that has it
 */
export function encodeAgain(dialect: DialectName, id: string, request: Request, sender: Sender): string | undefined {
  // 5.x reads the remoteLeave of 8.x as a remoteJoin: its own has to come last
  if (dialect === 5 && request.type === 'remoteLeave') return undefined;
  const own = DIALECTS[dialect].requestFields(request, id);
  const other = DIALECTS[otherThan(dialect)].requestFields(request, id);
  return own && other && encodeJson({ ...other, ...senderFields(sender), repeated: true });
}

/** Whether a dialect has such a request. */
export function isInDialect(dialect: DialectName, request: Request): boolean {
  return DIALECTS[dialect].requestFields(request, '') !== undefined;
}

export function otherThan(dialect: DialectName): DialectName {
  return dialect === 5 ? 8 : 5;
}

/** @throws {MalformedMessageError} when it is not what a peer would send */
export function readRequest(fields: Record<string, unknown>): IncomingRequest {
  // the same types mean different things, so the type alone says nothing
  const dialect = dialect5.ID_FIELD in fields ? 5 : 8;
  const { ID_FIELD, readRequest } = DIALECTS[dialect];
  return {
    dialect,
    id: fields[ID_FIELD] === undefined ? undefined : readString(fields, ID_FIELD),
    sender: readSender(fields),
    replyTo: typeof fields.uid === 'string' && fields.uid !== EMITTER ? fields.uid : undefined,
    repeated: fields.repeated === true,
    packed: fields.packed === true,
    request: readRequest(fields),
  };
}

/** What an answer is to. */
type Asked = Pick<IncomingRequest, 'dialect' | 'request' | 'packed'>;

/** @throws when the answer cannot be written */
export function encodeResponse(asked: Asked, id: string, answer: Answer, sender: Sender): string {
  return encodeJson(responseFields(asked, id, answer, sender));
}

/** A response as it is before it is turned into bytes. */
export function responseFields(
  { dialect, request, packed }: Asked,
  id: string,
  answer: Answer,
  sender: Sender,
): Record<string, unknown> {
  const { ID_FIELD, valueFields } = DIALECTS[dialect];
  return { [ID_FIELD]: id, ...answerFields(), ...senderFields(sender) };

  function answerFields(): Record<string, unknown> {
    if (answer.kind === 'value') return valueFields(request, answer.value, packed);
    return answer.kind === 'failure' ? { failure: answer.reason } : { found: false };
  }
}

/** @throws {MalformedMessageError} when it is not what a peer would send */
export function readResponse(body: Record<string, unknown>): IncomingResponse {
  const dialect = dialect5.ID_FIELD in body ? 5 : 8;
  return { dialect, id: readString(body, DIALECTS[dialect].ID_FIELD), sender: readSender(body), body };
}

/** @throws {MalformedMessageError} when the response is no answer to such a request */
export function readAnswer(request: Request, { dialect, body }: IncomingResponse): Answer {
  if (body.found === false) return { kind: 'not found' };
  if (typeof body.failure === 'string') return { kind: 'failure', reason: body.failure };
  return { kind: 'value', value: DIALECTS[dialect].readValue(request, body) };
}

export function senderFields({ uid, link, nodes }: Sender): Record<string, unknown> {
  return nodes.length === 1 ? { uid, link } : { uid, link, nodes };
}

/** @returns undefined for a published node */
export function readSender(fields: Record<string, unknown>): Sender | undefined {
  if (fields.uid === undefined || fields.link === undefined) return undefined;
  const uid = readName(fields, 'uid');
  const nodes = fields.nodes === undefined ? [uid] : readNames(fields, 'nodes');
  // an emitter is no node, and has none
  if (nodes.length > 0 && !nodes.includes(uid)) throw new MalformedMessageError('a node is not among its own nodes');
  return { uid, link: readName(fields, 'link'), nodes };
}
