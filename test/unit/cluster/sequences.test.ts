import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Sequences } from '../../../src/cluster/sequences';
import { randomOf } from '../../faults/support/mutate';

const takeAll = (numbers: readonly number[]) => {
  const sequences = new Sequences();
  return numbers.map((number) => sequences.take('a', number >>> 0));
};

describe('Sequences', () => {
  it('find nothing wrong with what comes in order, from any number on', () => {
    for (const first of [0, 1, 77, 2 ** 31 - 2, 2 ** 32 - 2]) {
      const numbers = Array.from({ length: 3000 }, (_, i) => first + i);
      assert.ok(takeAll(numbers).every((missing) => missing === 0));
    }
  });

  it('tell what comes twice, at once or later', () => {
    assert.deepEqual(takeAll([5, 5, 6, 7, 6, 5, 7, 8]), [0, false, 0, 0, false, false, false, 0]);
  });

  it('count what is missing, and count it back when it comes late', () => {
    assert.deepEqual(takeAll([1, 5, 3, 3, 2, 4, 6]), [0, 3, -1, false, -1, -1, 0]);
    assert.deepEqual(takeAll([1, 2000, 1999, 1999]), [0, 1998, -1, false]);
    assert.deepEqual(takeAll([2 ** 32 - 1, 2, 0]), [0, 2, -1]);
  });

  it('let pass what is too far behind to tell', () => {
    assert.deepEqual(takeAll([5000, 1, 1]), [0, 0, 0]);
  });

  it('take a number that is very far off for another beginning, of which nothing is missing', () => {
    assert.deepEqual(takeAll([5, 6, 2 ** 31, 2 ** 31 + 1, 2 ** 31, 2 ** 31 + 3]), [0, 0, 0, 0, false, 1]);
    assert.deepEqual(takeAll([2 ** 31, 5, 6, 5, 4]), [0, 0, 0, false, -1]);
  });

  it('keep the nodes apart, and forget one that leaves', () => {
    const sequences = new Sequences();
    assert.deepEqual([sequences.take('a', 1), sequences.take('b', 9), sequences.take('a', 2)], [0, 0, 0]);
    sequences.forget('a');
    assert.equal(sequences.take('a', 1), 0);
    assert.equal(sequences.take('b', 9), false);
  });

  it('agree with a list of all that has come, whatever comes', () => {
    const random = randomOf(7);
    const sequences = new Sequences();
    const come = new Set<number>();
    let latest = 10_000;
    let missing = 0;
    sequences.take('a', latest);
    come.add(latest);
    for (let i = 0; i < 100_000; i++) {
      const number = latest + Math.floor(random() * 1200) - 1000;
      const taken = sequences.take('a', number);
      assert.equal(taken === false, come.has(number), `${number} after ${latest}`);
      if (taken !== false) missing += taken;
      come.add(number);
      latest = Math.max(latest, number);
    }
    const before = [...come].filter((number) => number < 10_000).length;
    assert.equal(missing, latest - 10_000 + 1 - (come.size - before) - before);
  });
});
