import type { EventEmitter } from 'node:events';
import debugModule from 'debug';
import { mergeChannels, readChannels, readCounts, sumCounts } from './counts';
import type { Publisher, Subscriber, SubscriberEvents } from './driver';
import { inTurns } from './in-turns';
import {
  isReady,
  type Listener,
  listenToConnections,
  type NodeRedisClient,
  type NodeRedisSubscriber,
  withoutTimeout,
} from './node-redis';
import { shieldFromNotices } from './node-redis-4-notices';
import { isNodeRedisCluster, type NodeRedisCluster } from './node-redis-cluster';
import { onEachNode } from './node-redis-each-node';
import {
  forgetAll,
  forgetChannels,
  type HearingConnection,
  type ShardedListeners,
  takeOurs,
} from './node-redis-forget';
import { reconnectNodeRedis } from './node-redis-reconnect';
import { isNodeRedisSentinel, toMaster } from './node-redis-sentinel';

const debug = debugModule('socket.io-redis:node-redis-sharded');

/** Sharded Pub/Sub with redis 4.6 to 6. */
interface ShardedNodeRedis extends NodeRedisSubscriber {
  sPublish(channel: string, payload: string | Buffer): Promise<unknown>;
  sSubscribe(channels: string[], listener: Listener, bufferMode: true): Promise<unknown>;
  sUnsubscribe(channels: string[], listener: Listener, bufferMode: true): Promise<unknown>;
  prependListener(event: string, listener: (...args: never[]) => void): unknown;
}

/** A connection tells that a channel's slot has moved; the Cluster of redis 5 waits to be told by the second name. */
const MOVED = 'sharded-channel-moved';
const MOVED_IN_REDIS_5 = 'server-sunsubscribe';
/** The Cluster could not follow: the second name, of redis 5, has a slip of the pen. */
const MOVE_FAILED = ['sharded-channel-moved-error', 'sharded-shannel-moved-error'];
/** The Cluster of redis 5 and 6 has let go of a master, and subscribes to what it heard there. */
const MASTER_GONE = '__resubscribeListeners';
/** The Cluster of redis 5 and 6 has made a connection, be it for a channel whose slot has moved. */
const CONNECTED = 'node-connect';

/** @returns what is missing, if anything is */
export function shardedLackOfNodeRedis(client: NodeRedisSubscriber): string | undefined {
  if ('sSubscribe' in client && 'sPublish' in client) return undefined;
  return 'this client has no sSubscribe(), which came with redis 4.6';
}

export function subscribeShardedWithNodeRedis(given: NodeRedisSubscriber): Subscriber {
  const client = given as ShardedNodeRedis;
  let events: SubscriberEvents | undefined;
  const onMessage: Listener = (payload, channel) => events?.message(channel.toString(), payload);
  const forget = (connection: HearingConnection) => events?.lost(forgetChannels(connection, onMessage));
  const follow = followConnections(forget, (channel) => events?.lost([channel]));
  return {
    isReady: () => isReady(client),
    perSlot: isNodeRedisCluster(client),
    channels: {
      async subscribe(channels) {
        await client.sSubscribe([...channels], onMessage, true);
        if (isNodeRedisCluster(client)) follow(client);
      },
      unsubscribe: (channels) => client.sUnsubscribe([...channels], onMessage, true),
    },
    listen(given) {
      events = given;
      const stop = listenToConnections(client, given);
      const onMoveFailed = async (error: unknown, name: string | Buffer) => {
        const channel = name.toString();
        debug('%s has moved, and could not be followed: %s', channel, error);
        // the client takes it for subscribed all the same, and would send nothing
        try {
          await client.sUnsubscribe([channel], onMessage, true);
        } catch (error) {
          debug('could not unsubscribe from %s: %s', channel, error);
        }
        events?.lost([channel]);
      };
      const onConnect = () => {
        if (isHearing(client)) forget(client);
      };
      // the client catches no failure of what it asks for then, and so would end the process
      const onMasterGone = ({ SHARDED }: { SHARDED: ShardedListeners }) => events?.lost(takeOurs(SHARDED, onMessage));
      const onNodeConnect = () => isNodeRedisCluster(client) && follow(client);
      client.on('connect', onConnect);
      client.on(CONNECTED, onNodeConnect);
      client.prependListener(MASTER_GONE, onMasterGone);
      for (const event of MOVE_FAILED) client.on(event, onMoveFailed);
      return () => {
        events = undefined;
        stop();
        client.removeListener('connect', onConnect);
        client.removeListener(CONNECTED, onNodeConnect);
        client.removeListener(MASTER_GONE, onMasterGone);
        for (const event of MOVE_FAILED) client.removeListener(event, onMoveFailed);
        // of a node that is away, it would make them again, and nobody would catch its failure
        if (isNodeRedisCluster(client)) forgetAll(client, onMessage);
      };
    },
    reconnect: (isWanted) => reconnectNodeRedis(client, isWanted),
  };
}

/** Whether it is one connection: a Sentinel's hides those that it has. */
function isHearing(client: object): client is HearingConnection {
  return 'getPubSubListeners' in client && !isNodeRedisCluster(client);
}

/**
 * Looks after the connections on which a Cluster hears, each once. The listeners stay for as long as the connection, which the
 * Cluster ends when nothing is subscribed on it.
 *
 * @param onConnect - called when one of them is made anew
 * @param onMoved - called when a channel's slot has moved, which redis 4 does not follow
 */
function followConnections(
  onConnect: (connection: HearingConnection) => void,
  onMoved: (channel: string) => void,
): (cluster: NodeRedisCluster) => void {
  const followed = new WeakSet<object>();
  return ({ masters }) => {
    for (const { pubSub, pubSubClient } of masters) {
      // one that is still connecting hears nothing yet
      if (pubSubClient && 'ping' in pubSubClient && !followed.has(pubSubClient)) {
        followed.add(pubSubClient);
        shieldFromNotices(pubSubClient);
        pubSubClient.on(MOVED, (channel) => onMoved(String(channel)));
      }
      const connection = pubSub?.client;
      if (!connection || followed.has(connection)) continue;
      followed.add(connection);
      tellOfMoves(connection);
      connection.on('connect', () => onConnect(connection));
    }
  };
}

/** Tells the Cluster of redis 5 what it waits for, so that it subscribes where the slot is now. */
function tellOfMoves(connection: EventEmitter): void {
  if (!connection.listenerCount(MOVED_IN_REDIS_5) || connection.listenerCount(MOVED) > 0) return;
  connection.on(MOVED, (...moved) => connection.emit(MOVED_IN_REDIS_5, ...moved));
}

export function publishShardedWithNodeRedis(given: NodeRedisSubscriber): Publisher {
  const client = given as ShardedNodeRedis;
  return {
    publish: publishingWith(client),
    countSubscribers: async (channels) =>
      sumCounts((await onEach(client, ['PUBSUB', 'SHARDNUMSUB', ...channels])).map(readCounts)),
    listChannels: async (pattern) =>
      mergeChannels((await onEach(client, ['PUBSUB', 'SHARDCHANNELS', pattern])).map(readChannels)),
    reconnect: (isWanted) => reconnectNodeRedis(client, isWanted),
  };
}

function publishingWith(client: ShardedNodeRedis): Publisher['publish'] {
  const publisher = withoutTimeout(client);
  if (isNodeRedisSentinel(publisher)) {
    // after a failover, it tries each message again on its own
    return inTurns((channel, payload) => toMaster(publisher, ['SPUBLISH', channel, payload], client));
  }
  if (isNodeRedisCluster(publisher)) {
    // not its `sPublish()`: with `useReplicas`, it picks a node of the shard at random, and so loses the order
    return (channel, payload) => publisher.sendCommand(channel, false, ['SPUBLISH', channel, payload]);
  }
  return (channel, payload) => publisher.sPublish(channel, payload);
}

async function onEach(client: object, command: string[]): Promise<unknown[]> {
  if (isNodeRedisCluster(client)) return onEachNode(client, command);
  if (isNodeRedisSentinel(client)) return [await toMaster(client, command)];
  return [await (client as NodeRedisClient).sendCommand(command)];
}
