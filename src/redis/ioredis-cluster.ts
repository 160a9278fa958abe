import debugModule from 'debug';
import { type Address, type ClusterView, type NodeOfCluster, readView, unlessGivenUp } from './cluster-nodes';
import { mergeChannels, sumCounts } from './counts';
import type { Publisher } from './driver';
import { firstAnswer } from './first-answer';
import { callOn, countOn, type IoredisClient, type IoredisCluster, type IoredisNode, listOn } from './ioredis';
import { publishInOrder } from './ioredis-publish';
import { reconnectPublisher } from './ioredis-reconnect';

const debug = debugModule('socket.io-redis:ioredis');

/** Milliseconds that a node has which the client does not know. */
const ANSWERS_WITHIN_MS = 1000;

export function publishWithIoredisCluster(cluster: IoredisCluster): Publisher {
  let pinned: IoredisNode | undefined;
  const publishers = new WeakMap<IoredisClient, Publisher['publish']>();

  function publisherOf(node: IoredisClient): Publisher['publish'] {
    const publish = publishers.get(node) ?? publishInOrder(node);
    publishers.set(node, publish);
    return publish;
  }

  /** One node for all messages: the Cluster's own `publish()` picks one at random, and so loses their order. */
  function publishingNode(): IoredisClient {
    if (pinned?.status === 'ready') return pinned;
    const masters = cluster.nodes('master');
    const connected = masters.filter(({ status }) => status === 'ready');
    if (connected.length > 0) pinned = connected[Math.floor(Math.random() * connected.length)];
    else if (!pinned || !masters.includes(pinned)) pinned = masters[Math.floor(Math.random() * masters.length)];
    // without any node yet, the Cluster keeps the message until it has one
    return pinned ?? cluster;
  }

  return {
    publish: (channel, payload) => publisherOf(publishingNode())(channel, payload),
    countSubscribers: async (channels) => sumCounts(await onEachNode(cluster, (node) => countOn(node, channels))),
    listChannels: async (pattern) => mergeChannels(await onEachNode(cluster, (node) => listOn(node, pattern))),
    reconnect: (isWanted) => reconnectPublisher(cluster, isWanted),
  };
}

/** Each node of a Cluster knows its own subscribers only, and a subscriber may sit on a replica. */
export async function onEachNode<T>(cluster: IoredisCluster, ask: (node: IoredisClient) => Promise<T>): Promise<T[]> {
  const nodes = cluster.nodes('all');
  if (nodes.length === 0) throw new Error('the Redis Cluster client is not connected');
  const seen = look(cluster);
  const replies = await Promise.all([
    onEachUnknown(cluster, seen, ask),
    ...nodes.map((node) => unlessGivenUp(ask(node), nameOf(node), seen)),
  ]);
  return ([] as T[]).concat(...replies);
}

function nameOf({ options: { host, port } }: IoredisNode): string {
  return `${host}:${port}`;
}

async function look(cluster: IoredisCluster): Promise<ClusterView> {
  const masters = cluster.nodes('master');
  const connected = masters.filter(({ status }) => status === 'ready');
  const candidates = connected.length > 0 ? connected : masters;
  // the addresses of one are not those of the other then
  if (candidates.length === 0 || cluster.options?.natMap) return NOTHING_SEEN;
  return readView(String(await firstAnswer(candidates, (master) => callOn(master, 'CLUSTER', 'NODES'))));
}

const NOTHING_SEEN: ClusterView = { healthy: [], givenUp: new Set() };

/**
 * CLUSTER SLOTS, which the client goes by, leaves out a replica until something has been replicated: on a new Cluster
 * that holds no data, and after a failover there. Nor does the client look again when such a one has become a master, since
 * nothing that is published is sent elsewhere by that. CLUSTER NODES has them all.
 */
async function onEachUnknown<T>(
  cluster: IoredisCluster,
  seen: Promise<ClusterView>,
  ask: (node: IoredisClient) => Promise<T>,
): Promise<T[]> {
  const { healthy } = await seen;
  const nodes = cluster.nodes('all');
  const names = new Set(nodes.map(nameOf));
  const isKnown = (node: NodeOfCluster) => node.names.some((name) => names.has(name));
  const [like] = nodes;
  // where it knows none by these names, it knows all by others
  if (!like || !healthy.some(isKnown)) return [];
  const unknown = healthy.filter((node) => !isKnown(node));
  return (await Promise.all(unknown.map((address) => onUnknown(like, address, ask)))).flat();
}

/** @returns the reply, or nothing from a node that is away: it has no subscribers */
async function onUnknown<T>(
  like: IoredisNode,
  { host, port }: Address,
  ask: (node: IoredisClient) => Promise<T>,
): Promise<T[]> {
  const client = like.duplicate({
    host,
    port,
    lazyConnect: true,
    enableOfflineQueue: true,
    retryStrategy: null,
    connectTimeout: ANSWERS_WITHIN_MS,
    commandTimeout: ANSWERS_WITHIN_MS,
  });
  client.on('error', (error: Error) => debug('node %s:%d: %s', host, port, error));
  try {
    return [await ask(client)];
  } catch (error) {
    debug('could not ask the node %s:%d: %s', host, port, error);
    return [];
  } finally {
    client.disconnect();
  }
}
