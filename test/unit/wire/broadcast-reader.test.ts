import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Broadcast, decodeBroadcast, encodeBroadcast, messagePack } from '../../../src/wire/broadcast';
import { Json } from '../../../src/wire/json';
import { MalformedMessageError } from '../../../src/wire/malformed';
import { notepack2, notepack3 } from '../../support/published-codecs';

const OPTIONS = { rooms: ['room', 7], except: ['sid'], flags: { volatile: true } };
const HEAD = Buffer.from(notepack2.encode('event'));

const withJson = (payload: Buffer) => decodeBroadcast(payload, messagePack, true);
const packetOf = (...args: unknown[]) => ({ type: 2, data: ['event', ...args], nsp: '/chat' });

function assertSame({ uid, packet, options }: Broadcast, expected: Broadcast): void {
  assert.deepEqual({ uid, options }, { uid: expected.uid, options: expected.options });
  const { type, nsp, data } = packet;
  assert.equal(packet.json?.bytes.toString(), JSON.stringify(expected.packet.data));
  assert.deepEqual({ type, nsp, data }, { ...expected.packet, data: JSON.parse(JSON.stringify(expected.packet.data)) });
}

/** What JSON can carry, in every form that MessagePack has for it. */
const VALUES: Record<string, unknown> = {
  'null and booleans': [null, true, false],
  'whole numbers': [
    0,
    9,
    10,
    99,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    999_999_999,
    2_147_483_648,
    4_294_967_295,
    4_294_967_296,
    2 ** 53,
  ],
  'negative numbers': [-1, -9, -32, -33, -128, -129, -32_768, -32_769, -2_147_483_648, -2_147_483_649, -(2 ** 53)],
  'other numbers': [0.1, -0.5, 1.5e300, 5e-324, 123_456.789, 1e21],
  'texts of every length': Array.from({ length: 300 }, (_, i) => 'x'.repeat(i)),
  'long texts': ['x'.repeat(300), 'y'.repeat(65_000)],
  'texts of every character below 256': Array.from({ length: 256 }, (_, i) => `a${String.fromCharCode(i)}b`),
  'texts of any script': ['ü', '日本', '🎉', '\u2028', '\ufffd', 'quote " and \\ backslash', '</script>'],
  'arrays of every length': [[], Array(15).fill(1), Array(16).fill([]), Array(5000).fill('x')],
  'objects of every size': [{}, { a: { b: { c: [{}] } } }, objectOf(15), objectOf(16), objectOf(1000)],
  'keys of any kind': { '': 1, 'with space': 2, ü: 3, '"': 4, constructor: 5, ['k'.repeat(31)]: 6, toJSON: 7 },
};

function objectOf(size: number): object {
  return Object.fromEntries(Array.from({ length: size }, (_, i) => [`key ${i}`, i]));
}

describe('The data of a broadcast', () => {
  for (const [name, value] of Object.entries(VALUES)) {
    it(`with ${name} becomes the JSON of what it is`, () => {
      for (const payload of [
        encodeBroadcast('uid', packetOf(value) as Broadcast['packet'], { ...OPTIONS, seq: 5 }).payload,
        ...[notepack2, notepack3].map((codec) => codec.encode(['uid', packetOf(value), OPTIONS])),
      ]) {
        assertSame(withJson(payload), decodeBroadcast(payload));
      }
    });
  }

  it('is the same through all of the memory that it is written to', () => {
    for (let length = 1; length < 66_000; length += 997) {
      const payload = encodeBroadcast('uid', packetOf('\0'.repeat(length)) as Broadcast['packet'], OPTIONS).payload;
      const { packet } = withJson(payload);
      assert.deepEqual(packet.data, ['event', '\0'.repeat(length)]);
    }
  });

  it('stays what it is where JSON cannot carry it, or a key is none of JSON', () => {
    const numberKey = Buffer.concat([Buffer.from([0x92]), HEAD, Buffer.from([0x81, 0x05, 0xc0])]);
    for (const [payload, data] of [
      ...[new Date(5), Buffer.from('x'), { deep: [new Uint8Array([1])] }, [undefined], { a: undefined }].map(
        (value): [Buffer, unknown] => [notepack2.encode(['uid', packetOf(value), OPTIONS]), undefined],
      ),
      [withData(numberKey), ['event', { 5: null }]],
    ] as [Buffer, unknown][]) {
      const { packet } = withJson(payload);
      assert.equal(packet.json, undefined);
      assert.deepEqual(packet.data, data ?? decodeBroadcast(payload).packet.data);
    }
  });

  it('is read alike wherever it stands, beside whatever else', () => {
    const { type, data, nsp } = packetOf({ a: 1 });
    const options = { more: { data: 5 }, flags: {}, except: [], rooms: ['room'], data: [1] };
    for (const message of [
      ['uid', { nsp, data, type, id: 5, more: [{}] }, options],
      ['uid', { data, type, nsp }, options, true, { data }],
      ['uid', { type, data, nsp, ...(objectOf(20) as object) }, { ...options, ...objectOf(20) }],
      ['uid', { type, data, nsp }],
    ]) {
      const payload = notepack3.encode(message);
      const { uid, packet, options } = withJson(payload);
      const plain = decodeBroadcast(payload);
      assert.deepEqual([uid, packet.data, packet.nsp, options], [plain.uid, data, nsp, plain.options]);
    }
  });

  it('is read alike however the names of the fields are written', () => {
    const { type, data, nsp } = packetOf({ a: 1 });
    let payload = notepack2.encode(['uid', { type, data, nsp }, OPTIONS]);
    for (const name of ['type', 'data', 'nsp', 'rooms', 'except', 'flags']) {
      // with its length in a byte of its own
      const [short, long] = [[0xa0 + name.length], [0xd9, name.length]].map((head) =>
        Buffer.concat([Buffer.from(head), Buffer.from(name)]),
      ) as [Buffer, Buffer];
      const at = payload.indexOf(short);
      payload = Buffer.concat([payload.subarray(0, at), long, payload.subarray(at + short.length)]);
    }
    for (const { packet, options } of [decodeBroadcast(payload), withJson(payload)]) {
      assert.deepEqual([packet.type, packet.data, packet.nsp, options], [type, data, nsp, OPTIONS]);
    }
  });

  it('that no peer would send is refused, as JSON too', () => {
    const proto = Buffer.concat([
      Buffer.from([0x92]),
      HEAD,
      Buffer.from([0x81, 0xa9]),
      Buffer.from('__proto__\xc0', 'latin1'),
    ]);
    for (const payload of [
      ...[{}, 'event', 5, null, [], [null], [{}], [[]], [true]].map((data) =>
        notepack2.encode(['uid', { type: 2, data, nsp: '/' }]),
      ),
      withData(proto),
      withData(Buffer.concat([Buffer.from([0x92]), HEAD, Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff])])),
      withData(Buffer.concat([Buffer.from([0x92]), HEAD, Buffer.from([0xdb, 0xff, 0xff, 0xff, 0xff])])),
      withData(Buffer.concat([Buffer.alloc(600, 0x91), Buffer.from([0xc0])])),
      Buffer.from([0x92, 0xa1, 0x78]),
    ]) {
      for (const decode of [decodeBroadcast, withJson]) assert.throws(() => decode(payload), MalformedMessageError);
    }
  });
});

/** A broadcast with these bytes for its data. */
function withData(data: Buffer): Buffer {
  const whole = notepack2.encode(['uid', { type: 2, data: null, nsp: '/' }]);
  const at = whole.indexOf('data') + 4;
  return Buffer.concat([whole.subarray(0, at), data, whole.subarray(at + 1)]);
}

describe('Json', () => {
  it('gives the value again', () => {
    assert.deepEqual(new Json(Buffer.from('["ü",{"a":1}]')).parse(), ['ü', { a: 1 }]);
  });
});
