import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PubSub } from '../../src/redis/pub-sub';
import { lazyPubSub, sharePubSub } from '../../src/redis/shared-pub-sub';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { type RedisSentinel, startRedisSentinel } from '../../tools/redis-sentinel';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { type ClientKind, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

describe('That something may have been missed', () => {
  let standalone: RedisServer;
  let cluster: RedisCluster;
  let sentinel: RedisSentinel;

  before(async () => {
    [standalone, cluster, sentinel] = await Promise.all([
      startRedis(),
      startRedisCluster({ replicasPerMaster: 0 }),
      startRedisSentinel(),
    ]);
  });
  after(() => Promise.all([standalone, cluster, sentinel].map((redis) => redis.stop())));

  function targetFor({ topology }: ClientKind) {
    return targetOf({ standalone, cluster, sentinel }[topology]);
  }

  function serversOf({ topology }: ClientKind): RedisServer[] {
    if (topology === 'standalone') return [standalone];
    // under load, the Sentinels may have replaced the master
    return topology === 'cluster' ? cluster.nodes.map(({ server }) => server) : [sentinel.master, sentinel.replica];
  }

  async function check(pubSub: PubSub, servers: readonly RedisServer[]): Promise<void> {
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
    for (const server of servers) await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(() => assert.equal(pubSub.hasHeardSince(since), false));
    await hears();
    assert.deepEqual(
      [since, performance.now()].map((moment) => pubSub.hasHeardSince(moment)),
      [false, true],
    );
  }

  for (const kind of clientKinds) {
    it(`is known once a lost connection is back, with ${kind.name}`, async (t) => {
      const { pubClient, subClient, close } = await kind.create(targetFor(kind));
      t.after(close);
      const { pubSub, release } = sharePubSub(pubClient, subClient);
      t.after(release);
      await check(pubSub, serversOf(kind));
    });
  }

  for (const kind of clientKinds.filter(({ topology }) => topology === 'standalone')) {
    it(`is known to an emitter whose own subscriber was connected before, with ${kind.name}`, async (t) => {
      const { pubClient, subClient, close } = await kind.create(targetFor(kind));
      t.after(close);
      await eventually(() => assert.equal((subClient as { status?: string }).status ?? 'ready', 'ready'));
      const { pubSub, open } = lazyPubSub(pubClient, () => subClient, 'classic');
      t.after(() => pubSub.close(() => {}));
      open();
      await check(pubSub, serversOf(kind));
    });
  }
});
