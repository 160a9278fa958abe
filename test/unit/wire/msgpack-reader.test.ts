import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, encode } from '@msgpack/msgpack';
import { MAX_DEPTH, readMessagePack } from '../../../src/wire/msgpack-reader';

const SAMPLE = Buffer.from(
  encode([
    [null, true, false, 5, 200, 70_000, 2 ** 40, -5, -200, -70_000, -(2 ** 40), 1.5],
    ['', 'x'.repeat(31), 'x'.repeat(32), 'x'.repeat(300), 'x'.repeat(70_000)],
    [Buffer.alloc(3), Buffer.alloc(300), Buffer.alloc(70_000)],
    { a: 1, ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key ${i}`, { i }])) },
    Array.from({ length: 70_000 }, (_, i) => i),
    new Date(5),
  ]),
);

const isAccepted = (payload: Buffer) => {
  try {
    readMessagePack(payload);
    return true;
  } catch (error) {
    assert.ok(error instanceof RangeError);
    return false;
  }
};

describe('readMessagePack()', () => {
  it('accepts one value of any kind', () => {
    assert.ok(isAccepted(SAMPLE));
    assert.deepEqual(readMessagePack(SAMPLE), decode(SAMPLE));
  });

  it('refuses a value that is cut, at every place', () => {
    for (let length = 0; length < 2000; length++) assert.ok(!isAccepted(SAMPLE.subarray(0, length)), String(length));
    assert.ok(!isAccepted(SAMPLE.subarray(0, -1)));
  });

  it('refuses bytes behind the value', () => {
    assert.ok(!isAccepted(Buffer.concat([SAMPLE, Buffer.from([0xc0])])));
  });

  it('accepts every head with what belongs to it, and with no byte less or more', () => {
    const fixed: Record<number, number> = { 202: 4, 203: 8, 204: 1, 205: 2, 206: 4, 207: 8, 208: 1, 209: 2, 210: 4 };
    const more: Record<number, number> = { 211: 8, 212: 2, 213: 3, 214: 5, 215: 9, 216: 17, 192: 0, 194: 0, 195: 0 };
    for (const [head, size] of Object.entries({ ...fixed, ...more })) {
      const payload = Buffer.concat([Buffer.from([Number(head)]), Buffer.alloc(size)]);
      assert.ok(isAccepted(payload), head);
      assert.ok(!isAccepted(Buffer.concat([payload, Buffer.alloc(1)])), head);
      if (size > 0) assert.ok(!isAccepted(payload.subarray(0, -1)), head);
    }
    assert.ok(!isAccepted(Buffer.from([0xc1])));
  });

  it('refuses what claims to be larger than the payload, whatever its kind', () => {
    for (const head of ['c6', 'c9', 'db', 'dd', 'df']) {
      assert.ok(!isAccepted(Buffer.from(`${head}ffffffff00000000`, 'hex')), head);
    }
  });

  it('refuses nesting deeper than its limit, however deep', () => {
    const nested = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x91), Buffer.from([0xc0])]);
    assert.ok(isAccepted(nested(MAX_DEPTH)));
    assert.ok(!isAccepted(nested(MAX_DEPTH + 1)));
    assert.ok(!isAccepted(nested(1_000_000)));
  });
});

describe('readMessagePack(), of short texts', () => {
  const read = (text: string) => readMessagePack(Buffer.from(encode(text)));

  it('gives each its own, also where their hashes are alike', () => {
    // with 31 as its factor, the hash of both pairs is the same
    const alike = ['Aa', 'BB', 'AaAa', 'BBBB', 'AaBB', 'BBAa'];
    for (let round = 0; round < 3; round++) assert.deepEqual(alike.map(read), alike);
  });

  it('gives what was written, whatever the length and the script', () => {
    for (let length = 0; length < 60; length++) {
      for (const letter of ['x', 'ü', '日', '🎉', '\0', '\x7f', '\x80']) {
        const text = letter.repeat(length);
        assert.equal(read(text), text);
        assert.equal(read(`${text}y`), `${text}y`);
      }
    }
  });

  it('takes bytes that are no UTF-8 as Node.js does', () => {
    assert.equal(readMessagePack(Buffer.from('a3ff41c3', 'hex')), '\ufffdA\ufffd');
  });
});
