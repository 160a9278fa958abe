import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnsendableValueError } from '../../../src/errors';
import { decodeBroadcast, encodeBroadcast } from '../../../src/wire/broadcast';
import { notepack2, notepack3 } from '../../support/published-codecs';

const OPTIONS = { rooms: [], except: [], flags: {} };
const messageOf = (value: unknown) => ['uid', { type: 2, data: ['event', value], nsp: '/' }, OPTIONS];
const write = (value: unknown) =>
  encodeBroadcast('uid', { type: 2, data: ['event', value], nsp: '/' }, OPTIONS).payload;
const read = (payload: Buffer) => decodeBroadcast(payload).packet.data[1];
const nest = (levels: number) => {
  let value: unknown = 'core';
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { v: value };
  return value;
};

const EDGES = [5, 7, 8, 15, 16, 31, 32, 53].map((bits) => 2 ** bits);
const INTEGERS = EDGES.flatMap((edge) => [edge - 1, edge, edge + 1, -edge - 1, -edge, -edge + 1]).filter(
  Number.isSafeInteger,
);

/** What notepack 2 and we write with the same bytes. */
const SAME: Record<string, unknown[]> = {
  'an integer': [0, ...INTEGERS],
  'a float': [0.5, -0.1, 1e-300, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  'a text': [
    '',
    ...[1, 31, 32, 255, 256, 65535, 65536].map((length) => 'x'.repeat(length)),
    'ü日🎉',
    '__proto__',
    '\0',
  ],
  'a Date': [0, 1, -1, 1_700_000_000_123, -62_135_596_800_000, 8.64e15, -8.64e15].map((ms) => new Date(ms)),
  'an array': [0, 15, 16, 65535, 65536].map((length) => Array(length).fill(1)),
  'an object': [0, 15, 16, 300].map((size) => Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, i]))),
  'a Buffer': [0, 255, 256, 65536].map((length) => Buffer.alloc(length, 1)),
  'nested values': [nest(90), { a: [{ b: [[]] }], c: { d: null } }],
};

describe('What notepack 2 writes', () => {
  for (const [kind, values] of Object.entries(SAME)) {
    it(`for ${kind} is, byte for byte, what we write`, () => {
      for (const value of values) {
        const expected = notepack2.encode(messageOf(value)).toString('hex');
        assert.equal(write(value).toString('hex'), expected, expected.slice(0, 100));
      }
    });
  }

  it('for a Date is the extension 0 with its milliseconds', () => {
    assert.ok(write(new Date(0x0102030405)).includes(Buffer.from('d7000000000102030405', 'hex')));
    assert.ok(write(new Date(-1)).includes(Buffer.from('d700ffffffffffffffff', 'hex')));
  });

  it('for an ArrayBuffer is read as one', () => {
    for (const length of [0, 1, 2, 4, 8, 16, 17, 211, 213, 214, 216, 255, 256, 65535, 65536]) {
      const bytes = Buffer.alloc(length, 7);
      const got = read(notepack2.encode(messageOf(Uint8Array.from(bytes).buffer)));
      assert.ok(got instanceof ArrayBuffer, `${length}`);
      assert.deepEqual(Buffer.from(got), bytes);
    }
  });

  it('for an ArrayBuffer is read as one, whatever its length', () => {
    const broken = [];
    for (let length = 0; length <= 1024; length++) {
      const got = read(notepack2.encode(messageOf(new ArrayBuffer(length))));
      if (!(got instanceof ArrayBuffer) || got.byteLength !== length) broken.push(length);
    }
    assert.deepEqual(broken, []);
  });
});

describe('What notepack 3 writes', () => {
  it('for a Date, in each of its three forms, is read as it', () => {
    for (const ms of [
      0,
      1000,
      1,
      1_700_000_000_123,
      2 ** 32 * 1000,
      2 ** 33 * 1000 + 1,
      -1,
      -1000,
      253_402_300_799_999,
    ]) {
      assert.deepEqual(read(notepack3.encode(messageOf(new Date(ms)))), new Date(ms));
    }
  });
});

describe('A value', () => {
  it('that is nested deep is read from either codec', () => {
    for (const { encode } of [notepack2, notepack3]) assert.deepEqual(read(encode(messageOf(nest(400)))), nest(400));
  });

  it('that is nested deep, but not too deep, is sent', () => {
    for (const levels of [100, 150, 400]) assert.deepEqual(read(write(nest(levels))), nest(levels));
  });

  it('that is nested as deep as we send is read by us again, and one that is deeper is refused', () => {
    for (let levels = 495; levels < 520; levels++) {
      try {
        assert.deepEqual(read(write(nest(levels))), nest(levels));
      } catch (error) {
        assert.ok(error instanceof UnsendableValueError, `${levels} levels: ${error}`);
      }
    }
  });

  it('that is an invalid Date is sent, or refused as what cannot be sent', () => {
    try {
      // as in 5.3.0, which sends the beginning of 1970, or as in JSON
      assert.ok([null, 0].includes((read(write(new Date(Number.NaN))) as Date | null)?.valueOf() ?? null));
    } catch (error) {
      assert.ok(error instanceof UnsendableValueError, String(error));
    }
  });
});
