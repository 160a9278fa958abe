import { answersAnew } from './client-life';
import { DRIVERS, type PubSubKind } from './clients';
import { LazySubscriber } from './lazy-subscriber';
import { PubSub, type RedisClient, type WatchdogSettings } from './pub-sub';

interface Shared {
  pubSub: PubSub;
  users: number;
}

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
  const others = () => [...byPublisher.values()].map(({ pubSub }) => pubSub);
  const shared = byPublisher.get(pubClient) ?? {
    pubSub: new PubSub(publisherOf(pubClient), subscriberOf(subClient), [...new Set([pubClient, subClient])], others),
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
