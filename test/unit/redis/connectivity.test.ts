import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Moment } from '../../../src/moment';
import { Connectivity, type Degraded, type Restored } from '../../../src/redis/connectivity';

const HOUR_MS = 3_600_000;

describe('Connectivity', () => {
  it('tells since when something fails, and for how long, by the clock of now when that has been set back', (t) => {
    const now = Date.now.bind(Date);
    const connectivity = new Connectivity();
    const told: (Degraded | Restored)[] = [];
    connectivity.listen({ degraded: (outage) => told.push(outage), restored: (end) => told.push(end) });
    connectivity.proven(new Moment());
    const clock = t.mock.method(Date, 'now', () => now() - HOUR_MS);
    connectivity.fails('receiving', 'receiving');
    clock.mock.mockImplementation(() => now() - 2 * HOUR_MS);
    connectivity.works('receiving');
    const [{ since }, { gap }] = told as [Degraded, Restored];
    assert.ok(since <= now() - HOUR_MS, `since ${since}`);
    assert.ok(gap >= 0, `gap ${gap}`);
  });
});
