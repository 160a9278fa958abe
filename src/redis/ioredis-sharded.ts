import { mergeChannels, readChannels, readCounts, sumCounts } from './counts';
import type { Publisher, Subscriber } from './driver';
import { callOn, type IoredisClient, isIoredisCluster, listenWith } from './ioredis';
import { onEachNode } from './ioredis-cluster';
import { surviveLettingGo } from './ioredis-let-go';
import { followMovedSlots } from './ioredis-moved-slots';
import { publishInOrder } from './ioredis-publish';
import { reconnectPublisher, reconnectSubscriber } from './ioredis-reconnect';
import { handingOver, viewOf, withoutTimeout } from './ioredis-view';
import { listenToShardedMessages } from './message-events';

/** Sharded Pub/Sub with ioredis 5.3 to 6. */
interface ShardedIoredis extends IoredisClient {
  spublish(channel: string, payload: string | Buffer): Promise<unknown>;
  ssubscribe(...channels: string[]): Promise<unknown>;
  sunsubscribe(...channels: string[]): Promise<unknown>;
  readonly options?: { readonly shardedSubscribers?: boolean };
}

/** @returns what is missing, if anything is */
export function shardedLackOfIoredis(client: IoredisClient): string | undefined {
  if (!canSubscribe(client)) return 'this ioredis has no sharded Pub/Sub, which came with version 5.3';
  const { options } = client;
  if (!isIoredisCluster(client) || options?.shardedSubscribers === true) return undefined;
  return 'an ioredis Cluster needs the option `shardedSubscribers: true`, and ioredis 5.9 or later';
}

/** ioredis 5.0 to 5.2 has the methods, but takes SSUBSCRIBE for a command like any other, and cannot place its answers. */
function canSubscribe(client: IoredisClient): client is ShardedIoredis {
  if (!('ssubscribe' in client)) return false;
  let knowsCommand = false;
  const view = handingOver(client as ShardedIoredis, async (command) => {
    const { checkFlag } = command.constructor as { checkFlag?: (flag: string, name: string) => boolean };
    knowsCommand = checkFlag?.call(command.constructor, 'ENTER_SUBSCRIBER_MODE', 'ssubscribe') === true;
  });
  // it is made, and not sent
  void view.ssubscribe('');
  return knowsCommand;
}

export function subscribeShardedWithIoredis(given: IoredisClient): Subscriber {
  const client = given as ShardedIoredis;
  const view = viewOf(client, withoutTimeout);
  return {
    isReady: () => client.status === 'ready',
    endsForAll: true,
    perSlot: isIoredisCluster(client),
    channels: {
      subscribe: (channels) => view.ssubscribe(...channels),
      unsubscribe: (channels) => view.sunsubscribe(...channels),
    },
    listen(events) {
      const stopListening = listenWith(client, events, listenToShardedMessages, { ssubscribe: events.channels });
      if (!isIoredisCluster(client)) return stopListening;
      const stopFollowing = followMovedSlots(client, events.lostIn);
      const stopSurviving = surviveLettingGo(client);
      return () => {
        stopListening();
        stopFollowing();
        stopSurviving();
      };
    },
    reconnect: (isWanted) => reconnectSubscriber(client, isWanted),
  };
}

export function publishShardedWithIoredis(given: IoredisClient): Publisher {
  const client = given as ShardedIoredis;
  const ask = <T>(command: (node: IoredisClient) => Promise<T>) =>
    isIoredisCluster(client) ? onEachNode(client, command) : Promise.all([command(client)]);
  return {
    publish: publishInOrder(client, (writer, channel, payload) => writer.spublish(channel, payload)),
    countSubscribers: async (channels) =>
      sumCounts(await ask(async (node) => readCounts(await callOn(node, 'PUBSUB', 'SHARDNUMSUB', ...channels)))),
    listChannels: async (pattern) =>
      mergeChannels(await ask(async (node) => readChannels(await callOn(node, 'PUBSUB', 'SHARDCHANNELS', pattern)))),
    reconnect: (isWanted) => reconnectPublisher(client, isWanted),
  };
}
