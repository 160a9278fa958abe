import type { Address } from './cluster-nodes';
import { readChannels, readCounts } from './counts';
import type { Publisher, Subscriber, SubscriberEvents } from './driver';
import { forgetOwnNames, type OwnNames } from './ioredis-forget';
import { followInner } from './ioredis-inner';
import { type IoredisPublisher, publishInOrder } from './ioredis-publish';
import { type Reconnectable, reconnectPublisher, reconnectSubscriber } from './ioredis-reconnect';
import { viewOf, withoutTimeout } from './ioredis-view';
import { listenToMessages } from './message-events';

/** Time for the client to choose another node. */
const RESUBSCRIBE_AFTER_MS = 500;

/** ioredis 4 to 6, and its fork iovalkey: `Redis` (Sentinel included) and `Cluster`. */
export interface IoredisClient extends IoredisPublisher, Reconnectable {
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
  psubscribe(...patterns: string[]): Promise<unknown>;
  punsubscribe(...patterns: string[]): Promise<unknown>;
  call(command: string, ...args: string[]): Promise<unknown>;
}

export interface IoredisCluster extends IoredisClient {
  readonly isCluster: true;
  readonly options?: { readonly natMap?: unknown };
  nodes(role: 'all' | 'master' | 'slave'): IoredisNode[];
  /** The addresses of the nodes that each has, its owner first. */
  readonly slots: readonly (readonly string[])[];
  /** Asks any node where the slots are. */
  refreshSlotsCache(callback: (error?: Error | null) => void): void;
}

/** A connection to one node of a Cluster. */
export interface IoredisNode extends IoredisClient {
  readonly options: Address;
  duplicate(options: object): IoredisNode;
}

export function isIoredis(client: object): client is IoredisClient {
  return 'psubscribe' in client && 'status' in client && typeof client.status === 'string' && 'call' in client;
}

export function isIoredisCluster(client: object): client is IoredisCluster {
  return isIoredis(client) && 'isCluster' in client && client.isCluster === true;
}

export function subscribeWithIoredis(client: IoredisClient): Subscriber {
  const view = viewOf(client, withoutTimeout);
  return {
    isReady: () => client.status === 'ready',
    endsForAll: true,
    channels: {
      subscribe: (channels) => view.subscribe(...channels),
      unsubscribe: (channels) => view.unsubscribe(...channels),
    },
    patterns: {
      subscribe: (patterns) => view.psubscribe(...patterns),
      unsubscribe: (patterns) => view.punsubscribe(...patterns),
    },
    listen: (events) =>
      listenWith(client, events, listenToMessages, { subscribe: events.channels, psubscribe: events.patterns }),
    reconnect: (isWanted) => reconnectSubscriber(client, isWanted),
  };
}

/** Listens to messages, and sees to it that the subscriptions outlive the connection. @returns a function that stops it */
export function listenWith(
  client: IoredisClient,
  events: SubscriberEvents,
  listenToMessages: (client: IoredisClient, events: SubscriberEvents) => () => void,
  own: OwnNames,
): () => void {
  connectIfLazy(client);
  const stopMessages = listenToMessages(client, events);
  const stopFollowing = isIoredisCluster(client) ? followCluster(client, events, own) : forgetOwnNames(client, own);
  return () => {
    stopMessages();
    stopFollowing();
  };
}

function followCluster(cluster: IoredisCluster, events: SubscriberEvents, own: OwnNames): () => void {
  const resubscribe = () => events.nodeLeft();
  const stopNodes = afterNodesLeft(cluster, resubscribe);
  const stopInner = followInner(cluster, own, resubscribe);
  return () => {
    stopNodes();
    stopInner();
  };
}

/**
 * A Cluster client whose subscriber was on a node that leaves subscribes on another one by itself; but when that fails, it
 * does not try again, nor tell.
 *
 * @returns a function that removes the listener again
 */
function afterNodesLeft(cluster: IoredisCluster, resubscribe: () => unknown): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onNodeLeft = () => {
    clearTimeout(timer);
    timer = setTimeout(resubscribe, RESUBSCRIBE_AFTER_MS).unref();
  };
  cluster.on('-node', onNodeLeft);
  return () => {
    clearTimeout(timer);
    cluster.removeListener('-node', onNodeLeft);
  };
}

/**
 * A client made with `lazyConnect` connects with its first command. But nothing may be subscribed before it is ready: a
 * SUBSCRIBE sent inside its `connect` event makes its ready check fail, and it stays deaf for ever (ioredis up to 5).
 */
export function connectIfLazy(client: IoredisClient): void {
  // its failure is told by the `error` event as well
  if (client.status === 'wait') client.connect().catch(() => undefined);
}

export function publishWithIoredis(client: IoredisClient): Publisher {
  return {
    publish: publishInOrder(client),
    countSubscribers: (channels) => countOn(client, channels),
    listChannels: (pattern) => listOn(client, pattern),
    reconnect: (isWanted) => reconnectPublisher(client, isWanted),
  };
}

export async function countOn(client: IoredisClient, channels: readonly string[]): Promise<number[]> {
  return readCounts(await callOn(client, 'PUBSUB', 'NUMSUB', ...channels));
}

export async function listOn(client: IoredisClient, pattern: string): Promise<string[]> {
  return readChannels(await callOn(client, 'PUBSUB', 'CHANNELS', pattern));
}

export function callOn(client: IoredisClient, command: string, ...args: string[]): Promise<unknown> {
  return viewOf(client).call(command, ...args);
}
