import { Decoder, decodeTimestampExtension, Encoder, EXT_TIMESTAMP, ExtensionCodec } from '@msgpack/msgpack';
import { checkMessagePack, MAX_DEPTH } from './msgpack-check';

/**
 * MessagePack as the published adapters write and read it (their codec is notepack.io 2 and 3).
 *
 * It differs from plain MessagePack in extension type 0: eight bytes behind the head 0xd7 are a Date (int64
 * milliseconds), one byte behind 0xd4 is undefined, anything else is an ArrayBuffer.
 */
const EXT_NOTEPACK = 0;
const HEAD_FIXEXT_1 = 0xd4;
const HEAD_FIXEXT_8 = 0xd7;

const extensionCodec = new ExtensionCodec();
// timestamps are read, since Socket.IO 4 nodes write them, but not written: 5.x nodes cannot read them
extensionCodec.register({ type: EXT_TIMESTAMP, encode: () => null, decode: decodeTimestampExtension });
extensionCodec.register({ type: EXT_NOTEPACK, encode: encodeDate, decode: decodeNotepackExtension });

// what is nested too deep was refused before, with a better error
const encoder = new Encoder({ extensionCodec, ignoreUndefined: true, maxDepth: 2 * MAX_DEPTH });
const decoder = new Decoder({ extensionCodec });

/** Encodes a value that `toSendable()` has prepared. */
export function encodeMessagePack(value: unknown): Buffer {
  // the encoder reuses its memory for the next value, and Redis clients may write later
  return Buffer.from(encoder.encodeSharedRef(value));
}

/**
 * Decodes one value; binary parts are Buffers that share the payload's memory.
 *
 * @throws when the payload is no MessagePack, holds more or less than one value, is nested deeper than any peer
 * writes, or has a key `__proto__`
 */
export function decodeMessagePack(payload: Buffer): unknown {
  checkMessagePack(payload);
  return decoder.decode(payload);
}

function encodeDate(value: unknown): Uint8Array | null {
  if (!(value instanceof Date)) return null;
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(value.getTime()));
  return bytes;
}

function decodeNotepackExtension(bytes: Uint8Array): unknown {
  // the library hands over the content alone: what tells is the head, two bytes before it (head, type, content), unless that
  // is a length, which then is another one
  const head = Buffer.from(bytes.buffer, bytes.byteOffset - 2, 1)[0];
  if (head === HEAD_FIXEXT_8 && bytes.length === 8) return new Date(Number(readInt64(bytes)));
  if (head === HEAD_FIXEXT_1 && bytes.length === 1) return undefined;
  return Uint8Array.from(bytes).buffer;
}

function readInt64(bytes: Uint8Array): bigint {
  return Buffer.from(bytes.buffer, bytes.byteOffset, 8).readBigInt64BE();
}
