import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Recent } from '../../../src/cluster/recent';

describe('What has come of late', () => {
  it('is told from what is new, however much has come since within reason', () => {
    const recent = new Recent();
    for (let i = 0; i < 50_000; i++) assert.equal(recent.add(`${i}`), true);
    // as many as wait for an answer at most, unless told otherwise: each may come once more
    for (let i = 40_000; i < 50_000; i++) assert.equal(recent.add(`${i}`), false, `${i}`);
    assert.equal(recent.add('0'), true);
  });

  it('does not hold the ids that no peer would give', () => {
    const recent = new Recent();
    const long = 'x'.repeat(1000);
    assert.deepEqual([recent.add(long), recent.add(long)], [true, true]);
  });
});
