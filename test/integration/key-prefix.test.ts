import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import { createClient } from 'redis';

import redisAdapter = require('../../src/index');

import { endClient } from '../../src/redis/client-life';
import type { RedisClient } from '../../src/redis/pub-sub';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { adapter4, io4, type ServerNode, startServer } from '../support/fleet';
import { targetOf } from '../support/redis-target';

// ioredis gives the channels of sharded Pub/Sub the prefix as well, unless it is kept from doing so
describe('On sharded Pub/Sub, channels are named as they are, whatever prefix the keys of a client get', () => {
  let redis: RedisServer;
  let cluster: RedisCluster;

  before(async () => {
    [redis, cluster] = await Promise.all([startRedis(), startRedisCluster()]);
  });
  after(() => Promise.all([redis.stop(), cluster.stop()]));

  const kinds: Record<string, (keyPrefix: string) => RedisClient | Promise<RedisClient>> = {
    'redis 6': (keyPrefix) =>
      createClient({ url: redis.url, keyPrefix })
        .on('error', () => {})
        .connect(),
    'ioredis 5': (keyPrefix) => new Redis5({ ...targetOf(redis).nodes[0], keyPrefix }),
    'ioredis 6': (keyPrefix) => new Redis6({ ...targetOf(redis).nodes[0], keyPrefix }),
    'ioredis 5 Cluster': (keyPrefix) =>
      new Cluster5([...targetOf(cluster).nodes], { keyPrefix, shardedSubscribers: true }),
    'ioredis 6 Cluster': (keyPrefix) =>
      new Cluster6([...targetOf(cluster).nodes], { redisOptions: { keyPrefix }, shardedSubscribers: true }),
  };

  for (const [name, make] of Object.entries(kinds)) {
    it(name, async () => {
      const clients: RedisClient[] = [];
      const nodes: ServerNode[] = [];
      try {
        for (const keyPrefix of ['prefix:', '']) {
          const [pubClient, subClient] = [await make(keyPrefix), await make(keyPrefix)];
          clients.push(pubClient, subClient);
          const adapter = redisAdapter.createShardedAdapter(pubClient, subClient, { subscriptionMode: 'dynamic' });
          nodes.push(await startServer(4, adapter));
        }
        const members = await Promise.all(nodes.map((node) => node.connect()));
        const ids = members.map(({ id }) => id).sort();
        for (const node of nodes) {
          await eventually(async () => assert.equal(await adapter4(node).serverCount(), 2));
          io4(node).to(ids).emit(`from ${node.url}`);
          await Promise.all(members.map((member) => member.until(`from ${node.url}`)));
          const sockets = await io4(node).fetchSockets();
          assert.deepEqual(sockets.map(({ id }) => id).sort(), ids);
        }
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
        await Promise.all(clients.map(endClient));
      }
    });
  }
});
