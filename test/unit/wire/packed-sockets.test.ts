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
    handshake('a', { at: new Date(7) }),
    handshake('a', { at: new Date(Number.NaN) }),
    handshake('a', { at: { toJSON: () => undefined } }),
    handshake('a', { auth: { token: 1, toJSON: () => 'a text' } }),
    handshake('a', { auth: { token: { toJSON: () => undefined } } }),
    handshake('a', { auth: Object.assign(() => 1, { toJSON: () => 'a text' }) }),
    { ...handshake('a'), toJSON: () => ({ other: 1 }) },
    { ...handshake('a'), toJSON: () => ({ other: 2 }) },
  ],
  'what looks as if it wrote itself': [
    handshake('a', { auth: { token: 1, toJSON: 1 } }),
    handshake('a', { auth: { token: 2, toJSON: 1 } }),
    handshake('a', { auth: { ...manyFields(70, 1), toJSON: 1 } }),
    handshake('a', { auth: { ...manyFields(70, 2), toJSON: 1 } }),
  ],
  'objects of a class': [
    ...[1, 2].flatMap((value) => [
      handshake('a', { session: Object.assign(new (class Session {})(), manyFields(70, value)) }),
      handshake('a', { auth: { session: Object.assign(new (class Session {})(), manyFields(70, value)) } }),
      handshake('a', { session: new Map([[1, value]]), boxed: new String(value) }),
      handshake('a', { bytes: new Uint8Array([value]) }),
      handshake('a', { auth: { bytes: new Uint8Array([value]), boxed: new Number(value) } }),
    ]),
  ],
  'keys with a meaning of their own': [
    handshake('a', { auth: JSON.parse('{"__proto__":{"x":1}}') }),
    handshake('a', { auth: JSON.parse('{"__proto__":{"x":2}}') }),
    { toString: 1, valueOf: { hasOwnProperty: 1 } },
    { toString: 2, valueOf: { hasOwnProperty: 2 } },
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
  'as many fields as a group may have': [63, 64, 65].flatMap((count) => [manyFields(count, 1), manyFields(count, 2)]),
  'as many records as a group may have': [20, 21, 22].flatMap((count) => [
    manyFields(count, {}),
    manyFields(count, {}),
  ]),
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

  it('whose handshakes JSON cannot write fail as they would without it', () => {
    const circular: Record<string, unknown> = {};
    circular.itself = circular;
    for (const one of [handshake('a', { auth: circular }), handshake('a', { auth: { id: 5n } })]) {
      assert.throws(() => packedOf(socketsWith(handshake('a'), one)), TypeError);
    }
  });

  describe('that no node would send', () => {
    const good = packedOf(socketsWith(handshake('a'), handshake('b')));
    const [group] = good.handshakes;
    const [[field]] = group.differ;
    const withGroup = (changes: object) => ({ ...good, handshakes: [{ ...group, ...changes }] });
    const withColumns = (...differ: unknown[]) => withGroup({ differ });
    const of = (name: string, values: unknown[], make: (value: unknown) => object) =>
      values.map((value): [string, object] => [`${name} ${JSON.stringify(value)?.slice(0, 60)}`, make(value)]);
    const bad: [string, object][] = [
      ...of('groups that are', [null, 5, {}, [], [null], [[]], [{}]], (handshakes) => ({ ...good, handshakes })),
      ...of('a place that is', ['0', -1, 1, 0.5, null, []], (handshake) => ({
        ...good,
        sockets: [{ ...good.sockets[0], handshake }],
      })),
      ...of('differences that are', [null, 5, {}, [5], [[]], [[[field]]]], (differ) => withGroup({ differ })),
      ...of('differences from', [null, 5, [], ['a']], (alike) => withGroup({ alike })),
      ...of('values that are', [undefined, null, 'ab', { 0: 'a', 1: 'b' }, ['a']], (values) =>
        withColumns([field, values]),
      ),
      ...of(
        'a field that is',
        [
          [],
          [5],
          [null],
          [null, 'secure'],
          ['missing'],
          ['headers'],
          ['headers', 'missing'],
          ['headers', 'cookie', 'x'],
          ['headers', 5],
          ['missing', 'cookie'],
          ['secure', 'cookie'],
          ['headers', '__proto__'],
          ['headers', 'toString'],
          ['__proto__'],
          ['__proto__', 'valueOf'],
          ['constructor', 'name'],
          ['constructor', 'prototype'],
          'headers',
        ],
        (field) => withColumns([field, ['a', 'b']]),
      ),
      ['a record that goes, and is written to', withColumns([['headers'], [null, null]], [field, ['a', 'b']])],
      // a short message must not become thousands of large handshakes
      ...of('a handshake too large for several', [{ headers: manyFields(62, 1) }, manyFields(22, {})], (alike) =>
        withGroup({ alike, differ: [] }),
      ),
      ...of('keys that are numbers', [{ 0: 1 }, { headers: { 5: 1 } }], (alike) => withGroup({ alike, differ: [] })),
      ['a prototype for several', withGroup({ alike: JSON.parse('{"__proto__":{"x":1}}'), differ: [] })],
      [
        'a prototype in a record',
        withGroup({
          alike: JSON.parse('{"a":{"__proto__":1}}'),
          differ: [
            [
              ['a', '__proto__'],
              [{}, {}],
            ],
          ],
        }),
      ],
    ];

    it('are refused, unlike what one would send', () => assert.equal(readSockets(good).length, 2));

    for (const [name, body] of bad) {
      it(`are refused: ${name}`, () => {
        assert.throws(() => readSockets(body as Record<string, unknown>), MalformedMessageError);
        assert.equal(Object.hasOwn(Object.prototype, 'cookie'), false);
        assert.equal(typeof {}.valueOf, 'function');
      });
    }
  });
});
