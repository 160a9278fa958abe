import type { EventEmitter } from 'node:events';
import { within } from '../within';
import { askOnce, connectingOnce } from './ask-once';
import type { Publisher, Subscriber } from './driver';
import { connectIfLazy, isIoredis, isIoredisCluster, publishWithIoredis, subscribeWithIoredis } from './ioredis';
import { publishWithIoredisCluster } from './ioredis-cluster';
import { publishShardedWithIoredis, shardedLackOfIoredis, subscribeShardedWithIoredis } from './ioredis-sharded';
import { LazySubscriber } from './lazy-subscriber';
import {
  disconnect,
  isInLegacyMode,
  isNodeRedis,
  isNodeRedisSentinel,
  type NodeRedisClient,
  publishWithNodeRedis,
  publishWithNodeRedisSentinel,
  type Reconnectable,
  subscribeWithNodeRedis,
} from './node-redis';
import { isNodeRedis3, publishWithNodeRedis3, subscribeWithNodeRedis3 } from './node-redis-3';
import { canConnectAnew, isNodeRedisCluster, publishWithNodeRedisCluster } from './node-redis-cluster';
import {
  publishShardedWithNodeRedis,
  shardedLackOfNodeRedis,
  subscribeShardedWithNodeRedis,
} from './node-redis-sharded';
import { PubSub, type RedisClient, type WatchdogSettings } from './pub-sub';

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

interface Shared {
  pubSub: PubSub;
  users: number;
}

/** Which of Redis' two kinds of Pub/Sub: sharded came with Redis 7. */
export type PubSubKind = 'classic' | 'sharded';

const DRIVERS = {
  classic: { publisherOf, subscriberOf },
  sharded: { publisherOf: shardedPublisherOf, subscriberOf: shardedSubscriberOf },
};

const sharedBySubscriber = {
  classic: new WeakMap<object, Map<object, Shared>>(),
  sharded: new WeakMap<object, Map<object, Shared>>(),
};

/**
 * The PubSub of this pair of clients, shared by all who ask for it.
 *
 * @param watchdog - how to watch over the clients; the first who asks for it decides
 * @returns with `release`, to be called once: the last one to do so takes the listeners off the clients
 */
export function sharePubSub(
  pubClient: RedisClient,
  subClient: RedisClient,
  kind: PubSubKind = 'classic',
  watchdog?: WatchdogSettings,
) {
  const { publisherOf, subscriberOf } = DRIVERS[kind];
  const byPublisher = sharedBySubscriber[kind].get(subClient) ?? new Map<object, Shared>();
  sharedBySubscriber[kind].set(subClient, byPublisher);
  const shared = byPublisher.get(pubClient) ?? {
    pubSub: new PubSub(publisherOf(pubClient), subscriberOf(subClient), [...new Set([pubClient, subClient])]),
    users: 0,
  };
  byPublisher.set(pubClient, shared);
  shared.pubSub.reopen();
  shared.users += 1;
  if (watchdog) {
    shared.pubSub.watch(watchdog, (channel) =>
      answersAnew(pubClient, (copy) => publisherOf(copy).publish(channel, '')),
    );
  }
  return {
    pubSub: shared.pubSub,
    release(): void {
      shared.users -= 1;
      if (shared.users > 0) return;
      shared.pubSub.close(() => byPublisher.delete(pubClient));
    },
  };
}

const ANSWER_WITHIN_MS = 2000;

/** Whether Redis answers a command on a new connection like the client's. When none can be made, nobody knows, and it is true. */
export async function answersAnew(
  client: RedisClient,
  command: (copy: RedisClient) => Promise<unknown>,
): Promise<boolean> {
  if (isNodeRedisCluster(client) && !(await canConnectAnew(client))) return false;
  const copy = briefCopy(client);
  if (!copy) return true;
  copy.on('error', () => {});
  const outcome = await askOnce(ANSWER_WITHIN_MS, {
    ask: () => connected(copy).then(() => command(copy)),
    end: () => endClient(copy),
  });
  return outcome?.status === 'fulfilled';
}

function briefCopy(client: RedisClient): RedisClient | undefined {
  if (!isNodeRedis(client) || isNodeRedisCluster(client) || isNodeRedisSentinel(client)) return copyOf(client);
  const { options } = client as { options?: { socket?: object } };
  return copyOf(client, { socket: connectingOnce(options?.socket, ANSWER_WITHIN_MS) });
}

/** Waits until the client is connected: without a queue of its own, it refuses what comes before. */
function connected(client: RedisClient): Promise<unknown> {
  if (isNodeRedis(client)) return (client as object as Reconnectable).connect();
  if (isIoredis(client)) connectIfLazy(client);
  return new Promise<void>((resolve) => {
    (client as object as EventEmitter).once('ready', resolve);
  });
}

/**
 * A PubSub that publishes with a client, and makes the one that subscribes only when it is opened. It does not listen to the
 * errors of either.
 *
 * @param subClient - makes the second client
 */
export function lazyPubSub(pubClient: RedisClient, subClient: () => RedisClient, kind: PubSubKind) {
  const { publisherOf, subscriberOf } = DRIVERS[kind];
  const subscriber = new LazySubscriber(() => subscriberOf(subClient()));
  return {
    pubSub: new PubSub(publisherOf(pubClient), subscriber, []),
    open: () => subscriber.open(),
  };
}

/** A second connection like this one, connecting by itself; undefined when the client cannot make one (redis 5 Sentinel). */
export function duplicateClient(client: RedisClient): RedisClient | undefined {
  const copy = copyOf(client);
  if (copy && isNodeRedis(copy)) connect(copy);
  return copy;
}

function copyOf(client: RedisClient, overrides?: object): RedisClient | undefined {
  const { duplicate } = client as { duplicate?: (overrides?: object) => unknown };
  const copy = duplicate?.call(client, overrides);
  return isRedisClient(copy) ? copy : undefined;
}

/** Connects a client of redis 4 or later, which does not do so by itself. */
export function connect(client: object): void {
  const { connect } = client as { connect: () => Promise<unknown> };
  // its failure is told by the `error` event as well
  connect.call(client).catch(() => undefined);
}

const END_WITHIN_MS = 500;

/** Ends a client's connections: what was written still goes out, but a Redis that is away is not waited for. */
export async function endClient(client: object): Promise<void> {
  if (isNodeRedis(client)) {
    // redis 5 renamed quit to close
    const { close, quit } = client as object as Partial<Record<string, () => Promise<unknown>>>;
    const closed = client.isReady ? (close ?? quit)?.call(client).catch(() => undefined) : undefined;
    if (closed) await within(END_WITHIN_MS, closed);
    if (client.isOpen) await disconnect(client as object as Reconnectable, END_WITHIN_MS);
  } else if (isIoredis(client)) {
    client.disconnect();
  } else if (isNodeRedis3(client)) {
    client.end(true);
  }
}

function isEmitter(client: unknown): client is RedisClient {
  return (
    typeof client === 'object' &&
    client !== null &&
    'on' in client &&
    typeof client.on === 'function' &&
    'removeListener' in client
  );
}
