import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Connectivity } from '../../../src/redis/connectivity';
import { Subscriptions } from '../../../src/redis/subscriptions';
import { Watchdog } from '../../../src/redis/watchdog';
import { eventually } from '../../support/eventually';

const names = () =>
  new Subscriptions({
    isReady: () => true,
    isPerSlot: () => false,
    subscribe: async () => {},
    unsubscribe: async () => {},
    onError: () => {},
  });

/** Watches clients that are deaf for good. */
function watch(t: TestContext, isReachable: () => Promise<boolean>, reconnect: (client: string) => void): void {
  // its own timers do not keep a process alive
  const alive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(alive));
  const watchdog = new Watchdog(
    {
      channels: names(),
      patterns: names(),
      connectivity: new Connectivity(),
      probes: ['probe'],
      isReady: () => true,
      // nothing ever comes of it
      publish: async () => undefined,
      countSubscribers: async () => [1],
      takeAnswered: () => false,
      isReachable,
      resubscribe: async () => {},
      reconnect: async (client) => reconnect(client),
    },
    { interval: 20, patience: 100 },
  );
  t.after(() => watchdog.stop());
}

describe('A watchdog', () => {
  it('reconnects clients that are deaf as soon as Redis can be reached, however often it could not', async (t) => {
    let refusals = 2;
    const reconnected: string[] = [];
    watch(
      t,
      async () => refusals-- <= 0,
      (client) => reconnected.push(client),
    );
    await eventually(() => assert.deepEqual(reconnected, ['subscriber']));
    assert.ok(refusals < 0);
  });

  it('gives a Redis that was frozen until now the time to send what it held, and one that is slow as a rule no more', async (t) => {
    const log: string[] = [];
    const isReachable = async () => {
      await delay(50);
      log.push('reached late');
      return true;
    };
    watch(t, isReachable, (client) => log.push(client));
    await eventually(() => assert.deepEqual(log.slice(0, 3), ['reached late', 'reached late', 'subscriber']));
  });
});
