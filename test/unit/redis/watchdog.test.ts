import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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

describe('A watchdog', () => {
  it('reconnects clients that are deaf as soon as Redis can be reached, however often it could not', async (t) => {
    // its own timers do not keep a process alive
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const reached = [false, false, true];
    const reconnected: string[] = [];
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
        isReachable: async () => reached.shift() ?? false,
        resubscribe: async () => {},
        reconnect: async (client) => void reconnected.push(client),
      },
      { interval: 20, patience: 10 },
    );
    t.after(() => watchdog.stop());
    await eventually(() => assert.deepEqual([reached, reconnected], [[], ['subscriber']]));
  });
});
