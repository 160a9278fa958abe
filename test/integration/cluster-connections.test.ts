import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { SubscriberEvents } from '../../src/redis/driver';
import type { NodeRedisSubscriber } from '../../src/redis/node-redis';
import type { NodeRedisCluster } from '../../src/redis/node-redis-cluster';
import { subscribeShardedWithNodeRedis } from '../../src/redis/node-redis-sharded';
import { type RedisCluster, type RedisClusterNode, startRedisCluster } from '../../tools/redis-cluster';
import { moveSlot } from '../../tools/redis-cluster-slots';
import { eventually } from '../support/eventually';
import { type ClientKind, type ClientPair, shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const calculateSlot: (key: string) => number = require('cluster-key-slot');

describe('Of the connections that a Cluster client makes by itself', () => {
  let cluster: RedisCluster;
  const pairs: ClientPair[] = [];

  before(async () => {
    cluster = await startRedisCluster({ replicasPerMaster: 0 });
  });
  afterEach(() => Promise.all(pairs.splice(0).map((pair) => pair.close())));
  after(() => cluster?.stop());

  async function subscriberOf(kind: ClientKind) {
    const pair = await kind.create(targetOf(cluster));
    pairs.push(pair);
    const client = pair.subClient as unknown as NodeRedisSubscriber & NodeRedisCluster;
    const subscriber = subscribeShardedWithNodeRedis(client);
    const lost: string[] = [];
    const events: Partial<SubscriberEvents> = { lost: (channels) => lost.push(...channels), shaken: () => {} };
    const stop = subscriber.listen(events as SubscriberEvents);
    return { client, subscriber, lost, stop };
  }

  for (const kind of shardedKinds.filter(({ name }) => /^redis [56] Cluster$/.test(name))) {
    // what it subscribes to by itself on a connection that is made anew, it lets fail without a word
    it(`each is looked after, with ${kind.name}`, async () => {
      const { subscriber, lost } = await subscriberOf(kind);
      await subscriber.channels.subscribe(['room']);
      await moveSlot(cluster.nodes, calculateSlot('room'));
      const owner = await eventually(subscribedOn);
      assert.deepEqual(lost, []);

      await owner.server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await eventually(() => assert.deepEqual(lost, ['room']));
    });

    it(`none subscribes to what nobody wants any more, with ${kind.name}`, async () => {
      const { client, subscriber, stop } = await subscriberOf(kind);
      await subscriber.channels.subscribe(['room']);
      const owner = await subscribedOn();
      stop();
      const { masters }: NodeRedisCluster = client;
      const connection = masters.find(({ pubSub }) => pubSub)?.pubSub?.client;
      // not before it has subscribed again
      const ready = new Promise<unknown>((resolve) => connection?.once('ready', resolve));
      await owner.server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await ready;
      await assert.rejects(subscribedOn(), /nobody hears the room/);
    });
  }

  /** @returns the node on which the room is heard */
  async function subscribedOn(): Promise<RedisClusterNode> {
    const script = "return redis.call('PUBSUB', 'SHARDNUMSUB', 'room')[2]";
    const counts = await Promise.all(cluster.nodes.map(({ server }) => server.command('EVAL', script, '0')));
    const node = cluster.nodes[counts.indexOf('1')];
    assert.ok(node, 'nobody hears the room');
    return node;
  }
});
