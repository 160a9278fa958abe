import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { io4, type ServerNode, startServer } from '../support/fleet';
import { shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const ROOMS = Array.from({ length: 5000 }, (_, i) => `room ${i}`);

describe('On a Cluster, the sharded subscriptions to thousands of rooms', () => {
  let cluster: RedisCluster;

  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster.stop());

  for (const kind of shardedKinds.filter(({ topology }) => topology === 'cluster')) {
    it(`are all there again after their connections were killed, with ${kind.name}`, async () => {
      // a Cluster of redis 4 does not find back without one
      const options = kind.library === 'redis-4' ? {} : ({ watchdog: false } as const);
      const pairs = [await kind.create(targetOf(cluster)), await kind.create(targetOf(cluster))];
      const nodes: ServerNode[] = [];
      const servers = cluster.nodes.map(({ server }) => server);
      const subscribed = async () => (await channelsOn(servers)).filter((name) => name.includes('#room ')).length;
      try {
        for (const { pubClient, subClient } of pairs) {
          nodes.push(await startServer(4, redisAdapter.createShardedAdapter(pubClient, subClient, options)));
        }
        const [from, to] = nodes as [ServerNode, ServerNode];
        const client = await to.connect();
        await io4(to).sockets.sockets.get(client.id)?.join(ROOMS);
        assert.equal(await subscribed(), ROOMS.length);
        await Promise.all(servers.map((server) => server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')));
        await eventually(async () => assert.equal(await subscribed(), ROOMS.length), { within: 20_000 });
        for (const room of ROOMS) from.io.to(room).emit('x', room);
        await eventually(() => assert.equal(client.received.length, ROOMS.length));
        assert.deepEqual(new Set(client.received.map(([, room]) => room)), new Set(ROOMS));
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
        await Promise.all(pairs.map((pair) => pair.close()));
      }
    });
  }
});
