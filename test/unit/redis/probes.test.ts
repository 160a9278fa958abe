import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Connectivity } from '../../../src/redis/connectivity';
import { Probes } from '../../../src/redis/probes';
import { Subscriptions } from '../../../src/redis/subscriptions';
import { eventually } from '../../support/eventually';

const FOREVER = 2 ** 31 - 1;

/** The channels, or the patterns, of a client whose user may not have what is forbidden. */
function subscriptionsWithout(forbidden: string | undefined): Subscriptions {
  return new Subscriptions({
    isReady: () => true,
    isPerSlot: () => false,
    subscribe: async (names) => {
      if (names.some((name) => name === forbidden)) throw new Error(`NOPERM no permission to access '${forbidden}'`);
    },
    unsubscribe: async () => undefined,
    onError: () => {},
  });
}

describe('The probes of a pair of clients', () => {
  for (const forbidden of ['probe', 'pattern*']) {
    it(`do not wait for what Redis forbids, such as a ${forbidden}`, async () => {
      const [channels, patterns] = [subscriptionsWithout(forbidden), subscriptionsWithout(forbidden)];
      const probed = {
        channels,
        patterns,
        connectivity: new Connectivity(),
        probes: ['probe'],
        publish: async () => undefined,
        countSubscribers: async () => [0],
      };
      const probes = new Probes(probed, FOREVER);
      void channels.add(['probe'], () => {});
      void patterns.add(['pattern*'], () => {});
      await eventually(() => assert.ok(channels.forbids(['probe']) || patterns.forbids(['pattern*'])));
      assert.deepEqual(await probes.send(), { publishing: false, receiving: false });
    });
  }
});
