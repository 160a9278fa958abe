/**
 * Walks over the heads of a MessagePack value, without decoding anything, and refuses what a decoder must not be given:
 * lengths that the payload cannot hold (a decoder would allocate for four thousand million entries that are not there), nesting
 * that would overflow the stack of whoever walks over the value later, and bytes before or after the one value.
 */

/** The deepest nesting that is accepted. Socket.IO's own binary walk and JSON recurse, so the limit is generous but safe. */
export const MAX_DEPTH = 512;

/** For each head byte from 0xc0 on: how many bytes of length follow, how many fixed bytes follow, what is counted. */
type Shape = readonly [
  lengthBytes: 0 | 1 | 2 | 4,
  fixedBytes: number,
  counts: 'nothing' | 'bytes' | 'entries' | 'pairs',
];

const SHAPES: readonly (Shape | undefined)[] = [
  [0, 0, 'nothing'], // c0 nil
  undefined, // c1 is never used
  [0, 0, 'nothing'], // c2 false
  [0, 0, 'nothing'], // c3 true
  [1, 0, 'bytes'], // c4 bin
  [2, 0, 'bytes'],
  [4, 0, 'bytes'],
  [1, 1, 'bytes'], // c7 ext: the type is a fixed byte
  [2, 1, 'bytes'],
  [4, 1, 'bytes'],
  [0, 4, 'nothing'], // ca float
  [0, 8, 'nothing'],
  [0, 1, 'nothing'], // cc uint
  [0, 2, 'nothing'],
  [0, 4, 'nothing'],
  [0, 8, 'nothing'],
  [0, 1, 'nothing'], // d0 int
  [0, 2, 'nothing'],
  [0, 4, 'nothing'],
  [0, 8, 'nothing'],
  [0, 2, 'nothing'], // d4 fixext
  [0, 3, 'nothing'],
  [0, 5, 'nothing'],
  [0, 9, 'nothing'],
  [0, 17, 'nothing'],
  [1, 0, 'bytes'], // d9 str
  [2, 0, 'bytes'],
  [4, 0, 'bytes'],
  [2, 0, 'entries'], // dc array
  [4, 0, 'entries'],
  [2, 0, 'pairs'], // de map
  [4, 0, 'pairs'],
];

/** @throws {RangeError} when the payload is not exactly one acceptable value */
export function checkMessagePack(payload: Buffer): void {
  /** How many values are still to come on each open level. */
  const open: number[] = [1];
  let position = 0;
  while (open.length > 0) {
    const left = open[open.length - 1] as number;
    if (left === 0) {
      open.pop();
      continue;
    }
    open[open.length - 1] = left - 1;
    const head = payload[position];
    if (head === undefined) throw new RangeError('the payload is truncated');
    position += 1;
    let bytes = 0;
    let values = 0;
    if (head < 0x80 || head >= 0xe0) continue;
    else if (head < 0x90) values = 2 * (head & 0x0f);
    else if (head < 0xa0) values = head & 0x0f;
    else if (head < 0xc0) bytes = head & 0x1f;
    else {
      const shape = SHAPES[head - 0xc0];
      if (!shape) throw new RangeError('0xc1 is no MessagePack');
      const [lengthBytes, fixedBytes, counts] = shape;
      if (position + lengthBytes > payload.length) throw new RangeError('the payload is truncated');
      const length = lengthBytes === 0 ? 0 : payload.readUIntBE(position, lengthBytes);
      position += lengthBytes;
      bytes = fixedBytes + (counts === 'bytes' ? length : 0);
      values = counts === 'entries' ? length : counts === 'pairs' ? 2 * length : 0;
    }
    position += bytes;
    // every value takes a byte at least
    if (position + values > payload.length) throw new RangeError('the payload is truncated');
    if (values > 0) {
      if (open.length > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
      open.push(values);
    }
  }
  if (position !== payload.length) throw new RangeError('the payload goes on after its value');
}
