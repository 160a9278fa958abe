import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnsendableValueError } from '../../../src/errors';
import { toSendable } from '../../../src/wire/sendable';

const circular: Record<string, unknown> = { a: {} };
circular.a = { b: [circular] };

const REFUSED: [name: string, value: unknown, path: RegExp][] = [
  ['a function', ['event', () => {}], /^data\[1\]$/],
  ['a symbol', ['event', { a: [Symbol('x')] }], /^data\[1\]\.a\[0\]$/],
  ['a bigint', ['event', { a: { b: 1n } }], /^data\[1\]\.a\.b$/],
  ['a function that toJSON() gives', [{ toJSON: () => () => {} }], /^data\[0\]$/],
  ['what is circular', [circular], /^data\[0\]\.a\.b\[0\]\.a\.b/],
];

describe('toSendable()', () => {
  for (const [name, value, path] of REFUSED) {
    it(`refuses ${name}, and says where it is`, () => {
      assert.throws(
        () => toSendable(value, 'data'),
        (error) => error instanceof UnsendableValueError && path.test(error.path),
      );
    });
  }

  it('gives back what needs no change', () => {
    const value = ['event', { a: [1, 'x', null, true, new Date(5), Buffer.from('x')], b: { c: undefined } }];
    assert.equal(toSendable(value, 'data'), value);
  });

  it('turns every view into the bytes that it shows, and leaves the original as it is', () => {
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => i).buffer;
    const views = [new Int8Array(bytes, 8, 8), new Float64Array(bytes, 8, 1), new BigUint64Array(bytes, 8, 1)];
    const all = [...views, new DataView(bytes, 8, 8), new Uint16Array(bytes, 8, 4)];
    const original = { all };
    const expected = new Uint8Array(bytes, 8, 8);
    assert.deepEqual(toSendable(original, 'data'), { all: all.map(() => expected) });
    assert.equal(original.all, all);
    assert.deepEqual(toSendable(bytes, 'data'), new Uint8Array(bytes));
    assert.deepEqual(toSendable(new SharedArrayBuffer(2), 'data'), new Uint8Array(2));
  });

  it('calls toJSON(), but keeps a Date', () => {
    assert.deepEqual(toSendable({ url: new URL('http://x/') }, 'data'), { url: 'http://x/' });
    assert.deepEqual(toSendable([new Date(5)], 'data'), [new Date(5)]);
  });

  it('leaves out a key that would become a prototype', () => {
    const relayed = JSON.parse('{"a":1,"__proto__":{"hacked":true},"b":{"__proto__":1,"c":2}}');
    assert.equal(JSON.stringify(toSendable(relayed, 'data')), '{"a":1,"b":{"c":2}}');
  });
});
