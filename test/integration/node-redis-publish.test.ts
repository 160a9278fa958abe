import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { PubSubKind } from '../../src/redis/clients';
import type { RedisClient } from '../../src/redis/pub-sub';
import { sharePubSub } from '../../src/redis/shared-pub-sub';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { type RedisSentinel, startRedisSentinel } from '../../tools/redis-sentinel';
import { eventually } from '../support/eventually';

type Library = Pick<typeof import('redis'), 'createCluster' | 'createSentinel'>;

interface Client {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  destroy?(): unknown;
  disconnect?(): unknown;
}

const KINDS: readonly PubSubKind[] = ['classic', 'sharded'];

describe('What is published in one go with node-redis is heard, in order', () => {
  const toEnd: (() => unknown)[] = [];
  afterEach(() => Promise.all(toEnd.splice(0).map((end) => end())));

  async function connect(client: object): Promise<RedisClient> {
    const given = client as Client;
    given.on('error', () => {});
    await given.connect();
    toEnd.push(() => (given.destroy ?? given.disconnect)?.call(given));
    return client as RedisClient;
  }

  async function assertHeardInOrder(kind: PubSubKind, make: () => object): Promise<void> {
    const { pubSub, release } = sharePubSub(await connect(make()), await connect(make()), kind);
    const heard: string[] = [];
    await pubSub.subscribe(['channel'], (payload) => heard.push(payload.toString()));
    const messages = Array.from({ length: 50 }, (_, index) => String(index));
    const published = Promise.all(messages.map((message) => pubSub.publishAnyway('channel', message)));
    await eventually(() => assert.deepEqual(heard, messages));
    assert.deepEqual(new Set(await published), new Set([undefined]));
    assert.deepEqual(await pubSub.countSubscribers(['channel']), [1]);
    release();
  }

  describe('through a Sentinel', () => {
    let redis: RedisSentinel;
    before(async () => {
      redis = await startRedisSentinel();
    });
    after(() => redis?.stop());

    for (const library of ['redis-5', 'redis']) {
      // those for which no connection was left would wait for ever; and a replica's messages get to nobody else
      for (const options of [{ masterPoolSize: 3 }, { replicaPoolSize: 1 }, { reserveClient: true }]) {
        for (const kind of KINDS) {
          it(`with ${library}, ${JSON.stringify(options)}, ${kind}`, async () => {
            const { createSentinel } = (await import(library)) as Library;
            const { name, sentinels } = redis;
            const sentinelRootNodes = sentinels.map(({ host, port }) => ({ host, port }));
            await assertHeardInOrder(kind, () => createSentinel({ name, sentinelRootNodes, ...options }));
          });
        }
      }
    }
  });

  describe('through a Cluster', () => {
    let redis: RedisCluster;
    before(async () => {
      redis = await startRedisCluster();
    });
    after(() => redis?.stop());

    for (const library of ['redis-4', 'redis-5', 'redis']) {
      // each would go to another node of the shard
      for (const kind of KINDS) {
        it(`with ${library}, useReplicas, ${kind}`, async () => {
          const { createCluster } = (await import(library)) as Library;
          const rootNodes = redis.nodes.map(({ host, port }) => ({ socket: { host, port } }));
          await assertHeardInOrder(kind, () => createCluster({ rootNodes, useReplicas: true }));
        });
      }
    }
  });
});
