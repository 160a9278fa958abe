import { readChannels, readCounts } from './counts';
import type { Publisher, Subscriber, SubscriberEvents } from './driver';
import { inTurns } from './in-turns';
import { reconnectNodeRedis } from './node-redis-reconnect';
import { isNodeRedisSentinel, type NodeRedisSentinel, toMaster } from './node-redis-sentinel';

/**
 * redis 4 to 6 (https://github.com/redis/node-redis): client, Cluster and Sentinel.
 *
 * All three subscribe in the same way; they differ in how a command reaches a node.
 */

export type Listener = (payload: Buffer, channel: Buffer) => void;

/** What is needed of a client, a Cluster or a Sentinel that subscribes. */
export interface NodeRedisSubscriber {
  readonly isOpen: boolean;
  readonly isReady?: boolean;
  readonly masters?: readonly unknown[];
  subscribe(channels: string[], listener: Listener, bufferMode: true): Promise<unknown>;
  unsubscribe(channels: string[], listener: Listener, bufferMode: true): Promise<unknown>;
  pSubscribe(patterns: string[], listener: Listener, bufferMode: true): Promise<unknown>;
  pUnsubscribe(pattern: string, listener: Listener, bufferMode: true): Promise<unknown>;
  on(event: string, listener: (...args: never[]) => void): unknown;
  removeListener(event: string, listener: (...args: never[]) => void): unknown;
}

export interface NodeRedisClient {
  readonly isReady: boolean;
  publish(channel: string, payload: string | Buffer): Promise<unknown>;
  sendCommand(args: string[]): Promise<unknown>;
}

export function isNodeRedis(client: object): client is NodeRedisSubscriber {
  return 'pSubscribe' in client && typeof client.pSubscribe === 'function';
}

/** redis 4 with the option `legacyMode`: it takes callbacks, and gives no promises. */
export function isInLegacyMode(client: object): boolean {
  const { options } = client as { options?: { legacyMode?: boolean } };
  return isNodeRedis(client) && options?.legacyMode === true;
}

export function subscribeWithNodeRedis(client: NodeRedisSubscriber): Subscriber {
  let events: SubscriberEvents | undefined;
  const onMessage: Listener = (payload, channel) => events?.message(channel.toString(), payload);
  // a listener a pattern: it is not told which pattern a message came through
  const patternListeners = new Map<string, Listener>();
  return {
    isReady: () => isReady(client),
    channels: {
      subscribe: (channels) => client.subscribe([...channels], onMessage, true),
      // redis 4 throws on a channel that it does not know: only those that it has subscribed to are given here
      unsubscribe: (channels) =>
        Promise.all(commandsOf(client, channels).map(async (names) => client.unsubscribe(names, onMessage, true))),
    },
    patterns: {
      subscribe: (patterns) =>
        Promise.all(patterns.map((pattern) => client.pSubscribe([pattern], listenerOf(pattern), true))),
      unsubscribe: (patterns) =>
        Promise.all(
          patterns.map(async (pattern) => {
            await client.pUnsubscribe(pattern, listenerOf(pattern), true);
            patternListeners.delete(pattern);
          }),
        ),
    },
    listen(given) {
      events = given;
      const stop = listenToConnections(client, given);
      return () => {
        events = undefined;
        stop();
      };
    },
    reconnect: (isWanted) => reconnectNodeRedis(client, isWanted),
  };

  function listenerOf(pattern: string): Listener {
    let listener = patternListeners.get(pattern);
    if (!listener) {
      listener = (payload, channel) => events?.patternMessage(pattern, channel, payload);
      patternListeners.set(pattern, listener);
    }
    return listener;
  }
}

/**
 * The Cluster of redis 4 forgets its subscriptions when it is made to connect anew. Where nothing is subscribed, it takes one answer for
 * all that a command ends; what else is answered makes an error that ends the process: nobody can catch it. So it gets a command a
 * channel.
 */
function commandsOf(client: NodeRedisSubscriber, channels: readonly string[]): string[][] {
  const isClusterOf4 = client.masters !== undefined && !('destroy' in client);
  return isClusterOf4 ? channels.map((channel) => [channel]) : [[...channels]];
}

/** How a Cluster tells that a connection to a node has failed: redis 4 by the first, later ones by the second. */
const NODE_FAILED = ['error', 'node-error'];

/** @returns a function that removes every listener again */
export function listenToConnections(client: NodeRedisSubscriber, events: SubscriberEvents): () => void {
  const onReady = () => events.ready();
  // an answer that it cannot place: it has taken the notice that a slot has moved for the one before
  const onNodeFailed = (error: unknown) => (error instanceof TypeError ? events.outOfStep() : events.shaken());
  const onSentinelFailed = () => events.unsettled();
  const failures = client.masters ? NODE_FAILED : [];
  client.on('ready', onReady);
  for (const event of failures) client.on(event, onNodeFailed);
  if (isNodeRedisSentinel(client)) client.on('error', onSentinelFailed);
  return () => {
    client.removeListener('ready', onReady);
    for (const event of failures) client.removeListener(event, onNodeFailed);
    client.removeListener('error', onSentinelFailed);
  };
}

/** A Cluster of redis 4 and 5 has no `isReady`, and is open before it knows any node. */
export function isReady({ isReady, isOpen, masters }: NodeRedisSubscriber): boolean {
  return isReady ?? (isOpen && masters?.length !== 0);
}

export function publishWithNodeRedis(client: NodeRedisClient): Publisher {
  const publisher = withoutTimeout(client);
  return {
    publish: (channel, payload) => publisher.publish(channel, payload),
    countSubscribers: async (channels) => readCounts(await client.sendCommand(['PUBSUB', 'NUMSUB', ...channels])),
    listChannels: async (pattern) => readChannels(await client.sendCommand(['PUBSUB', 'CHANNELS', pattern])),
    reconnect: (isWanted) => reconnectNodeRedis(client, isWanted),
  };
}

/**
 * The client, for what is published: redis 6 gives every command up that it could not send for 5 s. But what waits is bounded by
 * `maxQueuedBytes`, and a timer for each message takes twice the time of all else together (measured).
 */
export function withoutTimeout<C extends object>(client: C): C {
  const { withCommandOptions } = client as { withCommandOptions?(options: { timeout: undefined }): C };
  return withCommandOptions?.call(client, { timeout: undefined }) ?? client;
}

export function publishWithNodeRedisSentinel(sentinel: NodeRedisSentinel): Publisher {
  const publisher = withoutTimeout(sentinel);
  return {
    // after a failover it tries each PUBLISH again on its own
    publish: inTurns((channel, payload) => toMaster(publisher, ['PUBLISH', channel, payload], sentinel)),
    countSubscribers: async (channels) => readCounts(await toMaster(sentinel, ['PUBSUB', 'NUMSUB', ...channels])),
    listChannels: async (pattern) => readChannels(await toMaster(sentinel, ['PUBSUB', 'CHANNELS', pattern])),
    reconnect: (isWanted) => reconnectNodeRedis(sentinel, isWanted),
  };
}
