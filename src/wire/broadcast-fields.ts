import { encodeMessagePack } from './msgpack';

const NAMES = ['type', 'data', 'nsp', 'rooms', 'except', 'flags', 'seq'];

/** The names of a broadcast's fields in MessagePack, as all codecs write them. */
export const [TYPE, DATA, NSP, ROOMS, EXCEPT, FLAGS, SEQ] = NAMES.map(encodeMessagePack) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
  Buffer,
  Buffer,
  Buffer,
];
