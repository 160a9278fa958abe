import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { decodeBroadcast, encodeBroadcast, messagePack, readBroadcaster } from '../../../src/wire/broadcast';
import { MalformedMessageError } from '../../../src/wire/malformed';
import { notepack2, notepack3 } from '../../support/published-codecs';

const OPTIONS = { rooms: ['room'], except: [], flags: {} };
const packetOf = (value: unknown) => ({ type: 2, data: ['event', value] as [string, unknown], nsp: '/' });

/** What each codec reads what we write as. */
const WRITTEN: [name: string, value: unknown, read?: unknown][] = [
  ['nil', null],
  ['booleans', [true, false]],
  ['integers of every width', [0, 1, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]],
  [
    'negative integers of every width',
    [-1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 40)],
  ],
  ['floats', [0.1, -0.5, 1.7e-300, 1e300]],
  ['texts of every length', ['', 'a'.repeat(31), 'a'.repeat(32), 'ü'.repeat(200), '🎉'.repeat(20_000)]],
  [
    'arrays and objects of every length',
    [Array(15).fill(1), Array(16).fill(1), Array(70_000).fill(1), { a: { b: [{}] } }],
  ],
  ['a Date', new Date(1_700_000_000_123)],
  ['a Date before 1970', new Date(-1)],
  ['an undefined in an array', [undefined], [null]],
  ['an undefined property', { a: undefined, b: 1 }, { b: 1 }],
  ['a Buffer', Buffer.from([1, 2, 3])],
  ['a Uint8Array', new Uint8Array([1, 2, 3]), Buffer.from([1, 2, 3])],
  ['a Float32Array', new Float32Array([1]), Buffer.from([0, 0, 0x80, 0x3f])],
  ['an ArrayBuffer', new Uint8Array([1, 2]).buffer, Buffer.from([1, 2])],
  ['a DataView with an offset', new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 1), Buffer.from([2])],
  ['a String, a Number and a Boolean', ['x', 5, false].map(Object), ['x', 5, false]],
  ['what toJSON() gives', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
];

describe('A broadcast', () => {
  for (const [name, value, read = value] of WRITTEN) {
    it(`with ${name} is read alike by notepack 2, by notepack 3 and by us`, () => {
      const payload = encodeBroadcast('uid', packetOf(value), OPTIONS).payload;
      const expected = ['uid', packetOf(read), OPTIONS];
      assert.deepEqual(notepack2.decode(payload), expected);
      // notepack 3 reads the Date of notepack 2 as well
      assert.deepEqual(notepack3.decode(payload), expected);
      assert.deepEqual(decodeBroadcast(payload), { uid: 'uid', packet: packetOf(read), options: OPTIONS });
    });
  }

  const golden = JSON.parse(readFileSync(join(projectRoot(), 'test/fixtures/broadcasts.json'), 'utf8'));
  for (const { name, writtenBy, hex, data } of golden as {
    name: string;
    writtenBy: string;
    hex: string;
    data: unknown;
  }[]) {
    it(`with ${name}, recorded from ${writtenBy}, is read to its meaning`, () => {
      const { uid, packet, options } = decodeBroadcast(Buffer.from(hex, 'hex'));
      assert.equal(uid, 'AbCdEf');
      assert.deepEqual(toPlain(packet.data[1]), data);
      assert.deepEqual(options, { rooms: ['room'], except: ['sid'], flags: { volatile: true } });
    });
  }

  it('has the very bytes that notepack 2 writes, where these are the shortest form', () => {
    const value = { text: 'x', n: [1, 200, 70_000, -5, -200, 1.5], at: new Date(5), yes: true, none: null };
    const payload = encodeBroadcast('uid', packetOf(value), OPTIONS).payload;
    assert.equal(payload.toString('hex'), notepack2.encode(['uid', packetOf(value), OPTIONS]).toString('hex'));
  });

  it('may leave out options, rooms, exceptions, flags and the namespace', () => {
    const none = { rooms: [], except: [], flags: {} };
    const packet = { type: 2, data: ['event'] };
    for (const message of [
      ['emitter', packet],
      ['emitter', packet, null],
      ['emitter', packet, {}],
    ]) {
      assert.deepEqual(decodeBroadcast(notepack3.encode(message)), {
        uid: 'emitter',
        packet: { ...packet, nsp: '/' },
        options: none,
      });
    }
  });

  it('shows whose it is by its first bytes', () => {
    for (const uid of ['AbCdEf~', 'AbCdEg~', 'AbCdE', '', 'AbCdEg~']) {
      assert.equal(readBroadcaster(encodeBroadcast(uid, packetOf(1), OPTIONS).payload), uid);
    }
    assert.equal(readBroadcaster(Buffer.alloc(0)), undefined);
  });

  it('has the namespace that it says, whichever is expected', () => {
    const names = ['/', '/a', '/b', '/ab', '/é', '/Ã©', `/${'n'.repeat(30)}`, `/${'n'.repeat(31)}`];
    for (const nsp of names) {
      const { payload } = encodeBroadcast('AbCdEf~', { ...packetOf(1), nsp }, OPTIONS);
      for (const expected of names) assert.equal(decodeBroadcast(payload, messagePack, true, expected).packet.nsp, nsp);
    }
  });

  it('that is changed anywhere is read as something else or refused, and never does harm', () => {
    const original = encodeBroadcast(
      'uid',
      packetOf({ a: [new Date(5), Buffer.from('x')], b: { c: -7 } }),
      OPTIONS,
    ).payload;
    const random = mulberry32(42);
    for (let i = 0; i < 20_000; i++) {
      const payload = Buffer.from(original);
      for (let n = 0; n <= i % 3; n++) payload[Math.floor(random() * payload.length)] = Math.floor(random() * 256);
      try {
        const { uid, packet, options } = decodeBroadcast(payload);
        assert.equal(typeof uid, 'string');
        assert.ok(Array.isArray(packet.data) && Array.isArray(options.rooms) && Array.isArray(options.except));
      } catch (error) {
        assert.ok(error instanceof MalformedMessageError, `${payload.toString('hex')}: ${error}`);
      }
    }
    assert.deepEqual(Object.keys(Object.prototype), []);
  });
});

/** As the fixture has it: bytes as hex, dates as milliseconds, undefined as a word. */
function toPlain(value: unknown): unknown {
  if (value === undefined) return 'undefined';
  if (value instanceof Date) return { date: value.getTime() };
  if (value instanceof ArrayBuffer) return { bytes: Buffer.from(value).toString('hex') };
  if (Buffer.isBuffer(value)) return { bytes: value.toString('hex') };
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]));
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function projectRoot(): string {
  return dirname(require.resolve('socket.io-redis/package.json'));
}
