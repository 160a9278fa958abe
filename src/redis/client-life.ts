import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { within } from '../within';
import { askOnce, connectingOnce } from './ask-once';
import { isRedisClient } from './clients';
import { connectIfLazy, isIoredis } from './ioredis';
import { isNodeRedis } from './node-redis';
import { isNodeRedis3 } from './node-redis-3';
import { isNodeRedisCluster } from './node-redis-cluster';
import { canConnectAnew } from './node-redis-each-node';
import { disconnect, type Reconnectable } from './node-redis-reconnect';
import { isNodeRedisSentinel } from './node-redis-sentinel';
import { patience } from './patience';
import type { RedisClient } from './pub-sub';
import { stopConnecting, stoppable } from './stoppable';

/*
 * How a client of any library is copied, connected and ended.
 */

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
  const connecting = connected(copy);
  const outcome = await askOnce(ANSWER_WITHIN_MS, {
    ask: () => connecting.then(() => command(copy)),
    end: () => endCopy(copy, connecting),
  });
  return outcome?.status === 'fulfilled';
}

const LOOK_AGAIN_AFTER_MS = 500;

/**
 * A Cluster of redis 4 to 6 that waits to be told of its nodes cannot be ended: once told, it would connect to them all the same. Nor can
 * the connections that it is then making.
 */
async function endCopy(copy: RedisClient, connecting: Promise<unknown>): Promise<void> {
  if (isNodeRedis(copy) && copy.masters) {
    while (copy.isOpen && copy.masters.length === 0) await delay(LOOK_AGAIN_AFTER_MS, undefined, { ref: false });
    await patience(
      ANSWER_WITHIN_MS,
      connecting.catch(() => undefined),
    );
  }
  await endClient(copy);
}

function briefCopy(client: RedisClient): RedisClient | undefined {
  return copyWith(client, (socket) => connectingOnce(socket, ANSWER_WITHIN_MS));
}

/** Waits until the client is connected: without a queue of its own, it refuses what comes before. */
function connected(client: RedisClient): Promise<unknown> {
  if (isNodeRedis(client)) return (client as object as Reconnectable).connect();
  if (isIoredis(client)) connectIfLazy(client);
  return new Promise<void>((resolve) => {
    (client as object as EventEmitter).once('ready', resolve);
  });
}

/** A second connection like this one, connecting by itself; undefined when the client cannot make one (redis 5 Sentinel). */
export function duplicateClient(client: RedisClient): RedisClient | undefined {
  const copy = stoppable((signal) => copyWith(client, (socket) => ({ ...socket, signal })));
  if (copy && isNodeRedis(copy)) connect(copy);
  return copy;
}

/** @param socketOf - the socket options of a single client of redis 4 to 6, made of those that the client has */
function copyWith(client: RedisClient, socketOf: (socket: object | undefined) => object): RedisClient | undefined {
  if (!isNodeRedis(client) || isNodeRedisCluster(client) || isNodeRedisSentinel(client)) return copyOf(client);
  const { options } = client as { options?: { socket?: object } };
  return copyOf(client, { socket: socketOf(options?.socket) });
}

function copyOf(client: RedisClient, overrides?: object): RedisClient | undefined {
  const { duplicate } = client as { duplicate?: (overrides?: object) => unknown };
  const copy = duplicate?.call(client, overrides);
  return isRedisClient(copy) ? copy : undefined;
}

/** Connects a client of redis 4 or later, which does not do so by itself. */
function connect(client: object): void {
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
    stopConnecting(client);
  } else if (isIoredis(client)) {
    client.disconnect();
  } else if (isNodeRedis3(client)) {
    client.end(true);
  }
}
