/**
 * MessagePack as the published adapters write and read it (their codec is notepack.io 2 and 3).
 *
 * It differs from plain MessagePack in extension type 0: eight bytes behind the head 0xd7 are a Date (int64
 * milliseconds), one byte behind 0xd4 is undefined, anything else is an ArrayBuffer.
 */
export { MAX_DEPTH, readMessagePack as decodeMessagePack } from './msgpack-reader';
export { writeMessagePack as encodeMessagePack } from './msgpack-writer';
