import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BroadcastPacket } from '../../../src/wire/broadcast';
import { endOfJson } from '../../../src/wire/json-end';
import { MalformedMessageError } from '../../../src/wire/malformed';
import { ShardedWire } from '../../../src/wire/sharded-wire';

const NSP = '/with "quotes", ü';

const wireOf = (uid: string) =>
  new ShardedWire({
    prefix: 'socket.io',
    nsp: NSP,
    uid,
    mode: 'dynamic',
    sender: () => ({ uid, link: '', nodes: [] }),
  });
const wire = wireOf('abcdef~');
const peer = wireOf('ghijkl~');

const OPTIONS = { rooms: ['ü"}},'], except: ['sid', 7], flags: { volatile: true }, seq: 5 };

function payloadOf(...args: unknown[]): Buffer {
  const data = ['event', ...args] as BroadcastPacket['data'];
  return Buffer.from(peer.broadcast(data, OPTIONS, undefined, true).payload);
}

/** A broadcast with this text for its data. */
function withData(text: string | Buffer): Buffer {
  const [before, after] = payloadOf().toString().split('["event"]') as [string, string];
  return Buffer.concat([Buffer.from(before), Buffer.from(text as string), Buffer.from(after)]);
}

const VALUES: Record<string, unknown> = {
  'null and booleans': [null, true, false],
  numbers: [0, -1, 10, 2 ** 53, 0.5, -1.5e300, 5e-324, 1e21, 120e-9],
  'texts of every character below 256': Array.from({ length: 256 }, (_, i) => `a${String.fromCharCode(i)}b`),
  'texts of any script': ['ü', '日本', '🎉', '\u2028', '\ud800', '"', '\\', '\\"', '"nsp":"/"},"opts":{}', '}}'],
  'arrays and objects': [[], {}, [[], [{}]], { a: { b: [{ c: '' }] }, '': 0, 'ü"': [] }],
  'a lot': Array.from({ length: 5000 }, (_, i) => ({ [`key ${i}`]: i })),
};

describe('A broadcast on the sharded wire', () => {
  for (const [name, value] of Object.entries(VALUES)) {
    it(`with ${name} gives its JSON as it came`, () => {
      const payload = payloadOf(value);
      const { packet, ...broadcast } = wire.readBroadcast(payload, true);
      const { packet: expected, ...others } = wire.readBroadcast(payload, false);
      assert.deepEqual(broadcast, others);
      assert.deepEqual(others.options, OPTIONS);
      assert.equal(packet.json?.bytes.toString(), JSON.stringify(['event', value]));
      assert.deepEqual([packet.type, packet.nsp, packet.data], [2, NSP, expected.data]);
    });
  }

  it('for one room alone is the same as any other', () => {
    const rooms = [
      'a',
      '',
      'a room with a name of more than 24 letters',
      'ü',
      '"',
      '\\',
      'a\\',
      '\n',
      '\u007f',
      5,
      '"],"except":[]',
    ];
    const numbers = [0, 7, 4294967295, undefined];
    for (const room of rooms) {
      for (const seq of numbers) {
        const options = { rooms: [room], except: [], flags: {}, seq };
        const payload = Buffer.from(peer.broadcast(['event'], options, undefined, true).payload);
        assert.deepEqual(wire.readBroadcast(payload, true).options, options, payload.toString());
        assert.deepEqual(wire.readBroadcast(payload, false).options, options);
      }
    }
  });

  it('for one room with options that are no JSON is refused', () => {
    const options = { rooms: ['a'], except: [], flags: {}, seq: 7 };
    const text = String(peer.broadcast(['event'], options, undefined, true).payload);
    for (const [from, to] of [
      [':7}', ':07}'],
      [':7}', ':}'],
      [':7}', ':-}'],
      [':7}', ':7'],
      [':7}', ':7]'],
      [':7}', ':7}}'],
      ['"a"', '"\u0001"'],
      ['"a"', '"\\x"'],
      ['"a"', '"a'],
    ] as const) {
      const payload = Buffer.from(text.replace(from, to));
      for (const withJson of [false, true]) {
        assert.throws(() => wire.readBroadcast(payload, withJson), MalformedMessageError, payload.toString());
      }
    }
  });

  it('is the same from an emitter', () => {
    const payload = Buffer.from(payloadOf('x').toString().replace('ghijkl~', 'emitter-ghijkl'));
    const { uid, packet } = wire.readBroadcast(payload, true);
    assert.deepEqual([uid, packet.json?.bytes.toString()], ['emitter-ghijkl', '["event","x"]']);
  });

  it('is the same on the channel of the namespace', () => {
    const incoming = wire.read(payloadOf('x'), 'socket.io#/#', true);
    assert.equal(incoming?.kind, 'broadcast');
    assert.equal(incoming.broadcast.packet.json?.bytes.toString(), '["event","x"]');
  });

  it('is read all the same when it is written in another way', () => {
    const text = payloadOf({ a: 1 }).toString();
    const { uid, nsp, type, data } = JSON.parse(text);
    for (const other of [
      JSON.stringify({ type, data, uid, nsp }),
      JSON.stringify({ uid: 'a\\"b', nsp, type, data }),
      JSON.stringify({ uid: 'a uid of more than 24 letters', nsp, type, data }),
      JSON.stringify({ uid, nsp, type, data: { ...data, more: 1 } }),
      JSON.stringify({ uid, nsp, type, data: { opts: data.opts, packet: data.packet } }),
      text.replace('{"a":1}', '{ "a":1}'),
      text.replace('"event"', ' "event"'),
      `${text} `,
    ]) {
      const { packet, options } = wire.readBroadcast(Buffer.from(other), true);
      assert.deepEqual([packet.json, packet.data, options], [undefined, ['event', { a: 1 }], OPTIONS], other);
    }
  });

  it('is refused when its data is no JSON', () => {
    const numbers = ['01', '1.', '.5', '+1', '1e', '1e+', '-', '--1', '0x1', 'NaN', '1 2'];
    const texts = ['"', '"\n"', '"\\x"', '"\\u12g4"', '"\\u12', "'a'", '"a" "b"'];
    const others = ['', 'tru', 'nulll', '[', '[1,]', '[,1]', '[1}', '{"a"}', '{"a":}', '{a:1}', '{"a":1,}', '{"a":1]'];
    for (const value of [...numbers, ...texts, ...others]) {
      const data = `["event",${value}]`;
      assert.equal(endOfJson(Buffer.from(data), 0), -1, data);
      for (const withJson of [false, true]) {
        assert.throws(() => wire.readBroadcast(withData(data), withJson), MalformedMessageError, data);
      }
    }
  });

  it('is refused when it has no event', () => {
    for (const text of ['[]', '[null]', '[[]]', '{"a":1}', '"event"', '5', 'null']) {
      for (const withJson of [false, true]) {
        assert.throws(() => wire.readBroadcast(withData(text), withJson), MalformedMessageError, text);
      }
    }
  });

  it('is given to no client as it is when it is not UTF-8', () => {
    const { packet } = wire.readBroadcast(withData(Buffer.from('["event","\xff"]', 'latin1')), true);
    assert.deepEqual([packet.json, packet.data], [undefined, ['event', '\ufffd']]);
  });

  it('may be deep', () => {
    const deep = (depth: number) => `["event",${'['.repeat(depth)}${']'.repeat(depth)}]`;
    assert.equal(wire.readBroadcast(withData(deep(99)), true).packet.json?.bytes.toString(), deep(99));
    const { packet } = wire.readBroadcast(withData(deep(500)), true);
    assert.equal(packet.json, undefined);
    assert.equal(JSON.stringify(packet.data), deep(500));
  });
});
