import { mergeChannels, readChannels, readCounts, sumCounts } from './counts';
import type { Publisher } from './driver';
import { withoutTimeout } from './node-redis';
import { type ClusterClient, isConnected, type NodeRedisCluster } from './node-redis-cluster';
import { onEachNode } from './node-redis-each-node';
import { reconnectNodeRedis } from './node-redis-reconnect';

export function publishWithNodeRedisCluster(cluster: NodeRedisCluster): Publisher {
  let pinned: Promise<ClusterClient> | ClusterClient | undefined;

  /** One node for all messages: the Cluster's own `publish()` picks one at random, and so loses their order. */
  function publishingNode(): Promise<ClusterClient> | ClusterClient {
    if (pinned && (pinned instanceof Promise || pinned.isReady)) return pinned;
    const connected = cluster.masters.filter(isConnected);
    const candidates = connected.length > 0 ? connected : cluster.masters;
    const node = candidates[Math.floor(Math.random() * candidates.length)];
    if (!node) throw new Error('the Redis Cluster client is not connected');
    const choice = Promise.resolve(cluster.nodeClient(node)).then(withoutTimeout);
    pinned = choice;
    choice.then(
      (client) => {
        if (pinned === choice) pinned = client;
      },
      () => {
        if (pinned === choice) pinned = undefined;
      },
    );
    return choice;
  }

  return {
    async publish(channel, payload) {
      const node = publishingNode();
      return node instanceof Promise ? (await node).publish(channel, payload) : node.publish(channel, payload);
    },
    countSubscribers: async (channels) =>
      sumCounts((await onEachNode(cluster, ['PUBSUB', 'NUMSUB', ...channels])).map(readCounts)),
    listChannels: async (pattern) =>
      mergeChannels((await onEachNode(cluster, ['PUBSUB', 'CHANNELS', pattern])).map(readChannels)),
    reconnect: (isWanted) => reconnectNodeRedis(cluster, isWanted),
  };
}
