import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../../bench/turns';

test('subjects of a benchmark work one at a time, pass by pass, and none waits for one that has left or failed', async () => {
  const turns = new Turns(3);
  const log: string[] = [];

  async function work(place: number, pass: number): Promise<void> {
    log.push(`${pass}.${place} begins`);
    await new Promise(setImmediate);
    log.push(`${pass}.${place} ends`);
    if (place === 0 && pass === 2) throw new Error('out of breath');
  }

  async function subject(place: number, passes: number): Promise<void> {
    try {
      for (let pass = 1; pass <= passes; pass++) await turns.take(place, () => work(place, pass));
    } finally {
      turns.leave(place);
    }
  }

  const outcomes = await Promise.allSettled([subject(2, 3), subject(0, 3), subject(1, 1)]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  const order = ['1.0', '1.1', '1.2', '2.0', '2.2', '3.2'];
  assert.deepEqual(
    log,
    order.flatMap((turn) => [`${turn} begins`, `${turn} ends`]),
  );
});
