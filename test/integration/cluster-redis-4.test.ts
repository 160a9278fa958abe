import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SubscriberEvents } from '../../src/redis/driver';
import { type NodeRedisSubscriber, subscribeWithNodeRedis } from '../../src/redis/node-redis';
import { subscribeShardedWithNodeRedis } from '../../src/redis/node-redis-sharded';
import { type RedisCluster, type RedisClusterNode, startRedisCluster } from '../../tools/redis-cluster';
import { type ClientKind, type ClientPair, shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const calculateSlot: (key: string) => number = require('cluster-key-slot');

/** Milliseconds: more than it takes the nodes to hear of a move. */
const PAUSE = 1500;

describe('A Cluster of redis 4', () => {
  const kind = shardedKinds.find(({ name }) => name === 'redis 4 Cluster') as ClientKind;
  let cluster: RedisCluster;
  let pair: ClientPair;

  before(async () => {
    cluster = await startRedisCluster({ replicasPerMaster: 0 });
    pair = await kind.create(targetOf(cluster));
  });
  after(async () => {
    await pair?.close();
    await cluster?.stop();
  });

  // it takes the notice of the move for an answer: an error that nobody can catch would end the process
  for (const [index, command] of (['subscribe', 'unsubscribe'] as const).entries()) {
    it(`outlives a slot that moves while it is to ${command}`, async () => {
      const [source, target] = [cluster.masters[index], cluster.masters[2]] as [RedisClusterNode, RedisClusterNode];
      const subscriber = subscribeShardedWithNodeRedis(pair.subClient as unknown as NodeRedisSubscriber);
      subscriber.listen({} as SubscriberEvents);
      const [moved, kept, other] = await channelsOn(source, command);
      for (const channel of [moved, kept]) await subscriber.channels.subscribe([channel]);

      // what the client sends now waits, and the notice comes first
      await source.server.command('CLIENT', 'PAUSE', String(PAUSE), 'ALL');
      const underWay = subscriber.channels[command]([command === 'subscribe' ? other : kept]);
      await claim(target, calculateSlot(moved), source);
      await underWay;

      await subscriber.channels.subscribe([other]);
      assert.equal(await subscribersOf(source, moved), '0');
      assert.equal(await subscribersOf(source, other), '1');
    });
  }

  it('outlives the end of subscriptions that it has lost', async () => {
    const subscriber = subscribeWithNodeRedis(pair.subClient as unknown as NodeRedisSubscriber);
    subscriber.listen({} as SubscriberEvents);
    await subscriber.channels.subscribe(['one', 'two']);
    await subscriber.reconnect(() => true);
    await subscriber.channels.unsubscribe(['one', 'two']).catch(() => {});
    await subscriber.channels.subscribe(['three']);
  });

  /** @returns three channels whose slots are on that node */
  async function channelsOn({ server }: RedisClusterNode, name: string): Promise<[string, string, string]> {
    const slots = await server.command('CLUSTER', 'NODES');
    const [, low, high] = /myself.* (\d+)-(\d+)/.exec(slots) ?? [];
    const isThere = (channel: string) => calculateSlot(channel) > Number(low) && calculateSlot(channel) <= Number(high);
    const channels = Array.from({ length: 100 }, (_, i) => `${name} ${i}`);
    return channels.filter(isThere).slice(0, 3) as [string, string, string];
  }

  function subscribersOf({ server }: RedisClusterNode, channel: string): Promise<string> {
    return server.command('EVAL', "return redis.call('PUBSUB', 'SHARDNUMSUB', ARGV[1])[2]", '0', channel);
  }

  /** The node takes a slot over, of which the one that had it hears from the Cluster. */
  async function claim({ server }: RedisClusterNode, slot: number, from: RedisClusterNode): Promise<void> {
    const nodes = (await server.command('CLUSTER', 'NODES')).split('\n');
    const idOf = (mark: string) => nodes.find((line) => line.includes(mark))?.split(' ')[0] as string;
    await server.command('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', idOf(`:${from.port}@`));
    await server.command('CLUSTER', 'SETSLOT', String(slot), 'NODE', idOf('myself'));
  }
});
