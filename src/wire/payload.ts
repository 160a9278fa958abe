import { isAscii } from 'node:buffer';
import { containsBinary } from './binary';
import { type Codec, encodeWith, messagePack } from './broadcast';
import { isRecord, MalformedMessageError } from './malformed';

const BRACE = 0x7b;

/** @throws {TypeError} when the fields cannot be written as JSON */
export function encodeJson(fields: Record<string, unknown>): string {
  return JSON.stringify(fields);
}

/**
 * Writes fields that hold a user's data: as JSON, or with the codec when it is binary, as nodes of 8.x do. (socket.io-redis 5.x
 * reads nothing else than JSON here, and without an `error` listener ends of it: so JSON wherever it will do.)
 *
 * @param fields - in which the data is what `toSendable()` gave
 */
export function encodeData(fields: Record<string, unknown>, codec: Codec = messagePack): string | Buffer {
  return containsBinary(fields) ? encodeWith(codec, fields) : JSON.stringify(fields);
}

/** @throws {MalformedMessageError} when it is neither JSON nor of the codec, or holds no object */
export function decodeFields(payload: Buffer, codec: Codec = messagePack): Record<string, unknown> {
  let message: unknown;
  try {
    message = payload[0] === BRACE ? JSON.parse(textOf(payload)) : codec.decode(payload);
  } catch (cause) {
    throw new MalformedMessageError('neither JSON nor of the codec', cause);
  }
  if (!isRecord(message)) throw new MalformedMessageError('not an object');
  return message;
}

/** The answers to `fetchSockets()` are long, and mostly ASCII, which is decoded in half the time. */
function textOf(payload: Buffer): string {
  return payload.toString(isAscii(payload) ? 'latin1' : 'utf8');
}
