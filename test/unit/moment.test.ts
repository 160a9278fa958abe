import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Moment } from '../../src/moment';

const HOUR_MS = 3_600_000;

describe('A moment', () => {
  it('is as long ago as it was when the clock has been set back, and as long as the clock says that the machine slept', (t) => {
    const now = Date.now.bind(Date);
    const moment = new Moment();
    const clock = t.mock.method(Date, 'now', () => now() - HOUR_MS);
    assert.ok(moment.age >= 0);
    clock.mock.mockImplementation(() => now() + HOUR_MS);
    assert.ok(moment.age >= HOUR_MS);
  });
});
