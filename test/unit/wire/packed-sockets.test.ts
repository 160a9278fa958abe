import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MalformedMessageError } from '../../../src/wire/malformed';
import type { SocketDetails } from '../../../src/wire/messages';
import { packSockets } from '../../../src/wire/pack-sockets';
import { readSockets } from '../../../src/wire/unpack-sockets';

const socketsWith = (...handshakes: unknown[]): SocketDetails[] =>
  handshakes.map((handshake, i) => ({ id: `socket${i}`, handshake, rooms: [`socket${i}`, 7], data: { i } }));

/** As JSON carries it. */
const through = (value: unknown) => JSON.parse(JSON.stringify(value));
const packedOf = (sockets: readonly SocketDetails[]) => through(packSockets(sockets));

const headers = (cookie: string, more = {}) => ({ host: 'example.com', 'user-agent': 'a browser', cookie, ...more });
const handshake = (cookie: string, more = {}) => ({
  headers: headers(cookie),
  time: 'Thu Nov 26 2026',
  secure: true,
  issued: 1_795_687_200_000,
  query: { EIO: '4', transport: 'websocket' },
  auth: {},
  ...more,
});
const manyFields = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, value]));

const HANDSHAKES: Record<string, unknown[]> = {
  'no sockets': [],
  'one socket': [handshake('a')],
  'the same in all': [handshake('a'), handshake('a'), handshake('a')],
  'one field that differs': [handshake('a'), handshake('b'), handshake('c')],
  'a field that differs from the third on': [handshake('a'), handshake('a'), handshake('b'), handshake('a')],
  'fields in another order': [handshake('a'), Object.fromEntries(Object.entries(handshake('b')).reverse())],
  'several groups in turn': [
    handshake('a'),
    handshake('b', { headers: headers('b', { origin: 'x' }) }),
    handshake('c'),
    handshake('d', { headers: headers('d', { origin: 'y' }) }),
  ],
  'values of other types': [
    handshake('a', { issued: 1 }),
    handshake('a', { issued: '1' }),
    handshake('a', { issued: null }),
    handshake('a', { issued: true }),
    handshake('a', { issued: Number.NaN }),
    handshake('a', { issued: [1, { a: 2 }] }),
  ],
  'a record in one, a value in another': [
    handshake('a', { auth: { token: 1 } }),
    handshake('a', { auth: 'token' }),
    handshake('a', { auth: null }),
    handshake('a', { auth: ['token'] }),
    handshake('a', { auth: { token: { deep: [1] } } }),
    handshake('a', { auth: { token: { deep: [2] } } }),
  ],
  'what JSON leaves out': [
    handshake('a', { session: undefined }),
    handshake('a', { session: () => 1 }),
    handshake('a', { session: 1 }),
    handshake('a', { session: 2 }),
    handshake('a', { session: Symbol('x') }),
  ],
  'what JSON writes in its own way': [
    handshake('a', { at: new Date(5), bytes: Buffer.from('x') }),
    handshake('a', { at: new Date(6), bytes: Buffer.from('y') }),
    handshake('a', { auth: { token: 1, toJSON: () => 'a text' } }),
    { ...handshake('a'), toJSON: () => ({ other: 1 }) },
    { ...handshake('a'), toJSON: () => ({ other: 2 }) },
  ],
  'keys with a meaning of their own': [
    JSON.parse('{"__proto__":1,"a":{"constructor":1,"":2}}'),
    JSON.parse('{"__proto__":2,"a":{"constructor":2,"":3}}'),
    JSON.parse('{"a":{"__proto__":{"x":1}}}'),
    JSON.parse('{"a":{"__proto__":{"x":2}}}'),
    { 0: 'a', 1: 'b', constructor: 1 },
    { 0: 'b', 1: 'b', constructor: 2 },
  ],
  'keys that are together what others are': [
    { a: { b: 1 }, c: 2 },
    { a: { b: 1, c: 2 } },
    { 'a,b': 1, c: 2 },
    { a: 1, b: { c: 2 } },
  ],
  'very many fields': [manyFields(500, 1), manyFields(500, 1), manyFields(500, {}), manyFields(500, {})],
  'as many fields as a group may have': [99, 100, 101].flatMap((count) => [manyFields(count, 1), manyFields(count, 2)]),
  'no handshakes at all': [null, 5, 'text', [1], [2], {}, {}],
  'no prototype': [Object.assign(Object.create(null), handshake('a')), handshake('b')],
};

describe('Packed sockets', () => {
  for (const [name, handshakes] of Object.entries(HANDSHAKES)) {
    it(`with ${name} are what JSON makes of them`, () => {
      const sockets = socketsWith(...handshakes);
      const unpacked = readSockets(packedOf(sockets));
      assert.deepEqual(unpacked, through(sockets));
      // in the same order, too
      assert.equal(JSON.stringify(unpacked), JSON.stringify(sockets));
    });
  }

  it('say once what is the same', () => {
    const sockets = socketsWith(...Array.from({ length: 1000 }, (_, i) => handshake(`cookie${i}`)));
    const { handshakes } = packedOf(sockets);
    assert.deepEqual(handshakes, [
      { alike: handshake('cookie0'), differ: [[['headers', 'cookie'], sockets.map((_, i) => `cookie${i}`)]] },
    ]);
  });

  it('have nothing in common once they are unpacked', () => {
    const [first, second] = readSockets(packedOf(socketsWith(handshake('a'), handshake('a'))));
    const changed = first?.handshake as ReturnType<typeof handshake>;
    Object.assign(changed, { time: 'changed' });
    Object.assign(changed.headers, { host: 'changed' });
    assert.deepEqual(second?.handshake, handshake('a'));
  });

  it('that no node would send are refused', () => {
    const good = packedOf(socketsWith(handshake('a'), handshake('b')));
    const [group] = good.handshakes;
    const [column] = group.differ;
    const withGroup = (changes: object) => ({ ...good, handshakes: [{ ...group, ...changes }] });
    const withColumn = (...column: unknown[]) => withGroup({ differ: [column] });
    assert.equal(readSockets(good).length, 2);
    for (const bad of [
      ...[null, 5, {}, [], [null], [[]], [{}]].map((handshakes) => ({ ...good, handshakes })),
      ...['0', -1, 1, 0.5, null, [], undefined].map((handshake) => ({
        ...good,
        sockets: [{ ...good.sockets[0], handshake }],
      })),
      ...[null, 5, {}, [5], [[]]].map((differ) => withGroup({ differ })),
      ...[null, 5, [], ['a']].map((alike) => withGroup({ alike })),
      withColumn(column[0]),
      withColumn(column[0], 'ab'),
      withColumn(column[0], ['a']),
      ...[
        [],
        ['missing'],
        ['headers', 'missing'],
        ['missing', 'cookie'],
        ['secure', 'cookie'],
        ['headers', '__proto__'],
        ['__proto__', 'cookie'],
        ['__proto__'],
        ['headers', 5],
        [null, 'secure'],
        'headers',
      ].map((field) => withColumn(field, ['a', 'b'])),
      // a short message must not become thousands of large handshakes
      withGroup({ alike: { headers: manyFields(1000, 1) }, differ: [] }),
    ]) {
      assert.throws(() => readSockets(bad as Record<string, unknown>), MalformedMessageError, JSON.stringify(bad));
    }
  });
});
