import type { Publisher, Subscriber } from './driver';
import { isIoredis, isIoredisCluster, publishWithIoredis, subscribeWithIoredis } from './ioredis';
import { publishWithIoredisCluster } from './ioredis-cluster';
import { publishShardedWithIoredis, shardedLackOfIoredis, subscribeShardedWithIoredis } from './ioredis-sharded';
import {
  isInLegacyMode,
  isNodeRedis,
  type NodeRedisClient,
  publishWithNodeRedis,
  publishWithNodeRedisSentinel,
  subscribeWithNodeRedis,
} from './node-redis';
import { isNodeRedis3, publishWithNodeRedis3, subscribeWithNodeRedis3 } from './node-redis-3';
import { isNodeRedisCluster } from './node-redis-cluster';
import { publishWithNodeRedisCluster } from './node-redis-cluster-publish';
import { isNodeRedisSentinel } from './node-redis-sentinel';
import {
  publishShardedWithNodeRedis,
  shardedLackOfNodeRedis,
  subscribeShardedWithNodeRedis,
} from './node-redis-sharded';
import type { RedisClient } from './pub-sub';

/**
 * The one place where a client is recognised: by what it can do, never by the name of its class, which a minifier changes.
 */

/** Whether this is a client of a library, and of a kind, that the package supports. */
export function isRedisClient(client: unknown): client is RedisClient {
  if (!isEmitter(client) || isInLegacyMode(client)) return false;
  return isNodeRedis(client) || isIoredis(client) || isNodeRedis3(client);
}

/** By what a client of each library is recognised, besides its events. */
const MARKS: readonly { library: string; marks: readonly string[] }[] = [
  { library: 'redis 4 to 6', marks: ['pSubscribe'] },
  { library: 'ioredis', marks: ['psubscribe', 'call', 'status'] },
  { library: 'redis 2.8 or 3', marks: ['psubscribe', 'send_command', 'ready'] },
];
const EVENTS = ['on', 'removeListener'];
const PROMISES = 'promises, since it is in legacyMode: give client.duplicate({ legacyMode: false }) instead';

/** What the client, which is refused, lacks for being one of the library that it is most like. */
export function lackOf(client: unknown): { library: string; missing: readonly string[] } {
  const lacks = (mark: string) => !(typeof client === 'object' && client !== null && mark in client);
  const lackOfAll = MARKS.map(({ library, marks }) => {
    const missing = marks.filter(lacks);
    return { library, missing, share: missing.length / marks.length };
  });
  const { library, missing } = lackOfAll.reduce((nearest, one) => (one.share < nearest.share ? one : nearest));
  const promises = isEmitter(client) && isInLegacyMode(client) ? [PROMISES] : [];
  return { library, missing: [...EVENTS.filter(lacks), ...missing, ...promises] };
}

function publisherOf(client: RedisClient): Publisher {
  if (isNodeRedisCluster(client)) return publishWithNodeRedisCluster(client);
  if (isNodeRedisSentinel(client)) return publishWithNodeRedisSentinel(client);
  if (isNodeRedis(client)) return publishWithNodeRedis(client as object as NodeRedisClient);
  if (isIoredisCluster(client)) return publishWithIoredisCluster(client);
  if (isIoredis(client)) return publishWithIoredis(client);
  if (isNodeRedis3(client)) return publishWithNodeRedis3(client);
  throw new TypeError('not a Redis client');
}

function subscriberOf(client: RedisClient): Subscriber {
  if (isNodeRedis(client)) return subscribeWithNodeRedis(client);
  if (isIoredis(client)) return subscribeWithIoredis(client);
  if (isNodeRedis3(client)) return subscribeWithNodeRedis3(client);
  throw new TypeError('not a Redis client');
}

function shardedPublisherOf(client: RedisClient): Publisher {
  if (isNodeRedis(client)) return publishShardedWithNodeRedis(client);
  if (isIoredis(client)) return publishShardedWithIoredis(client);
  throw new TypeError('not a Redis client for sharded Pub/Sub');
}

function shardedSubscriberOf(client: RedisClient): Subscriber {
  if (isNodeRedis(client)) return subscribeShardedWithNodeRedis(client);
  if (isIoredis(client)) return subscribeShardedWithIoredis(client);
  throw new TypeError('not a Redis client for sharded Pub/Sub');
}

/** @returns what the client lacks for sharded Pub/Sub, if anything */
export function shardedLackOf(client: RedisClient): string | undefined {
  if (isNodeRedis(client)) return shardedLackOfNodeRedis(client);
  if (isIoredis(client)) return shardedLackOfIoredis(client);
  return 'redis 4.6 or later, or ioredis 5.3 or later, is needed';
}

/** Which of Redis' two kinds of Pub/Sub: sharded came with Redis 7. */
export type PubSubKind = 'classic' | 'sharded';

/** The drivers of a client that is recognised. */
export const DRIVERS = {
  classic: { publisherOf, subscriberOf },
  sharded: { publisherOf: shardedPublisherOf, subscriberOf: shardedSubscriberOf },
};

/** Whether it has events, as all clients have. */
export function isEmitter(client: unknown): client is RedisClient {
  return (
    typeof client === 'object' &&
    client !== null &&
    'on' in client &&
    typeof client.on === 'function' &&
    'removeListener' in client
  );
}
