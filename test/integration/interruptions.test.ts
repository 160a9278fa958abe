import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sharePubSub } from '../../src/redis/shared-pub-sub';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { type RedisSentinel, startRedisSentinel } from '../../tools/redis-sentinel';
import { eventually } from '../support/eventually';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

describe('That something may have been missed', () => {
  let cluster: RedisCluster;
  let sentinel: RedisSentinel;

  before(async () => {
    [cluster, sentinel] = await Promise.all([startRedisCluster({ replicasPerMaster: 0 }), startRedisSentinel()]);
  });
  after(() => Promise.all([cluster.stop(), sentinel.stop()]));

  for (const kind of clientKinds.filter(({ topology }) => topology !== 'standalone')) {
    it(`is known once a lost connection is back, with ${kind.name}`, async (t) => {
      const isCluster = kind.topology === 'cluster';
      const { pubClient, subClient, close } = await kind.create(targetOf(isCluster ? cluster : sentinel));
      t.after(close);
      const { pubSub, release } = sharePubSub(pubClient, subClient);
      t.after(release);
      let heard = 0;
      await pubSub.subscribe(['a'], () => {
        heard += 1;
      });
      const hears = async () => {
        heard = 0;
        await eventually(async () => {
          await pubSub.publishAnyway('a', '');
          assert.ok(heard > 0);
        });
      };
      await hears();
      const since = performance.now();
      assert.equal(pubSub.hasHeardSince(since), true);
      const servers = isCluster ? cluster.nodes.map(({ server }) => server) : [sentinel.master];
      for (const server of servers) await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await eventually(() => assert.equal(pubSub.hasHeardSince(since), false));
      await hears();
      assert.deepEqual(
        [since, performance.now()].map((moment) => pubSub.hasHeardSince(moment)),
        [false, true],
      );
    });
  }
});
