import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, encode } from '@msgpack/msgpack';
import { writeMessagePack } from '../../../src/wire/msgpack-writer';

describe('writeMessagePack()', () => {
  it('writes over nothing that it has given out', () => {
    const sizes = [1, 100, 40_000, 70_000, 3, 200_000, 5, 65_000, 1_000];
    const written = sizes.map((size, i) => writeMessagePack([i, 'x'.repeat(size)]));
    assert.deepEqual(
      written.map((bytes) => decode(bytes)),
      sizes.map((size, i) => [i, 'x'.repeat(size)]),
    );
  });

  it('writes what it should, wherever in its memory', () => {
    for (const length of [0, 1, 31, 32, 39, 40, 200]) {
      const value = (i: number) => ({ i, 'a key': ['x'.repeat(length), -i, i / 3, Buffer.alloc(length), true, null] });
      const written = Array.from({ length: 5000 }, (_, i) => writeMessagePack(value(i)));
      for (const [i, bytes] of written.entries()) {
        assert.deepEqual(bytes, Buffer.from(encode(value(i))), `${i}`);
      }
    }
  });

  it('forgets what it had written when a property throws', () => {
    const throwing = {
      get property(): never {
        throw new Error('from the getter');
      },
    };
    assert.throws(() => writeMessagePack(['begun', throwing]), /from the getter/);
    assert.deepEqual(decode(writeMessagePack('next')), 'next');
  });

  it('writes texts of any length and script', () => {
    for (let length = 0; length < 300; length++) {
      for (const letter of ['x', 'ü', '日', '🎉', '\0']) {
        const text = letter.repeat(length);
        assert.equal(decode(writeMessagePack(text)), text);
        assert.equal(decode(writeMessagePack(`x${text}`)), `x${text}`);
      }
    }
  });
});
