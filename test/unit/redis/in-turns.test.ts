import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inTurns } from '../../../src/redis/in-turns';

describe('Publishing in turns', () => {
  it('lets what comes meanwhile wait until all of a turn are settled', async () => {
    const log: string[] = [];
    const settle: (() => void)[] = [];
    const publish = inTurns((channel) => {
      log.push(channel);
      return new Promise((resolve, reject) =>
        settle.push(channel === 'fails' ? () => reject(channel) : () => resolve(channel)),
      );
    });
    const first = publish('first', '');
    const fails = publish('fails', '');
    const last = publish('last', '');
    assert.deepEqual(log, ['first']);
    settle[0]?.();
    assert.equal(await first, 'first');
    assert.deepEqual(log, ['first', 'fails', 'last']);
    settle[1]?.();
    settle[2]?.();
    await assert.rejects(fails, (reason) => reason === 'fails');
    assert.equal(await last, 'last');
  });

  it('goes on after a client that throws', async () => {
    let calls = 0;
    const publish = inTurns(() => {
      calls += 1;
      if (calls === 1) throw new Error('closed');
      return Promise.resolve(calls);
    });
    await assert.rejects(publish('channel', ''), /closed/);
    assert.equal(await publish('channel', ''), 2);
  });
});
