import type { EventEmitter } from 'node:events';
import { Redis as Ioredis6, Cluster as IoredisCluster6 } from 'ioredis';
import Ioredis4 from 'ioredis-4';
import { Redis as Ioredis5, Cluster as IoredisCluster5 } from 'ioredis-5';
import * as redis6 from 'redis';
import * as redis2 from 'redis-2';
import * as redis3 from 'redis-3';
import * as redis4 from 'redis-4';
import * as redis5 from 'redis-5';
import type { RedisClient } from '../../src/redis/pub-sub';
import type { Target } from './redis-target.js';

type Commands = Pick<RedisClient, 'publish' | 'subscribe' | 'unsubscribe'>;

/** Two connections to the same Redis. */
export interface ClientPair {
  pubClient: EventEmitter & RedisClient;
  subClient: EventEmitter & RedisClient;
  /** Ends both at once, whatever state they are in, so that they keep no process alive. */
  close(): Promise<void>;
}

export interface UnconnectedPair extends ClientPair {
  /** Fulfilled once both are connected, with node-redis 4 and later; the others connect by themselves. */
  connect(): Promise<void>;
}

export type Topology = 'standalone' | 'cluster' | 'sentinel';

/** One way in which users make clients. */
export interface ClientKind {
  /** For the names of tests: `redis 6 Cluster`. */
  name: string;
  /** The package as installed here: `redis-5` is `redis` 5. */
  library: string;
  /** The API that it has: callbacks, promises with a listener per channel, or promises with `message` events. */
  family: 'node-redis-3' | 'node-redis' | 'ioredis';
  topology: Topology;
  /** Can it log in as a user other than `default`? */
  usernames: boolean;
  /** Makes a fresh pair, on whose errors nobody listens. */
  make(target: Target): UnconnectedPair;
  /**
   * Makes a fresh pair: connected with node-redis 4 and later, else connecting. Every one has an `error` listener that
   * does nothing.
   */
  create(target: Target): Promise<ClientPair>;
}

type Make<C> = (target: Target) => C;

// redis 2 and 3: callbacks.

function nodeRedis3(version: 2 | 3, make: Make<redis3.RedisClient>): ClientKind {
  return {
    ...named('redis', version, 'standalone'),
    family: 'node-redis-3',
    usernames: version === 3,
    ...pairs((target) => {
      const pubClient = make(target);
      return pair(pubClient, pubClient.duplicate(), { end: (client) => client.end(false) });
    }),
  };
}

function nodeRedis3Options({ nodes: [node], username, password, tls }: Target) {
  return { ...node, ...given({ user: username, password, tls }) };
}

// redis 4 to 6: promises, and a connection that is asked for.

interface NodeRedisClient extends EventEmitter, Commands {
  readonly isOpen?: boolean;
  duplicate?(): NodeRedisClient;
  connect(): Promise<unknown>;
  disconnect?(): Promise<unknown>;
  destroy?(): unknown;
}

function nodeRedis(version: 4 | 5 | 6, topology: Topology, make: Make<NodeRedisClient>): ClientKind {
  return {
    ...named('redis', version, topology),
    family: 'node-redis',
    usernames: true,
    ...pairs((where) => {
      let over = false;
      const target = { ...where, isOver: () => over };
      const pubClient = make(target);
      // The Sentinel client of redis 5 has no `duplicate()`: its users make two.
      const subClient = pubClient.duplicate?.() ?? make(target);
      return pair(pubClient, subClient, {
        connect: (client) => client.connect(),
        end(client) {
          over = true;
          return endNodeRedis(client);
        },
      });
    }),
  };
}

async function endNodeRedis(client: NodeRedisClient): Promise<void> {
  try {
    await (client.destroy ? client.destroy() : client.disconnect?.());
  } catch (error) {
    // A test may have closed it already.
    if (client.isOpen) throw error;
  }
}

function nodeRedisOptions({ nodes: [node], username, password, tls }: Target) {
  return { socket: { ...node, ...secured(tls) }, ...given({ username, password }) };
}

/** When a slot has moved, redis 6 makes connections that it forgets to end: they try to reconnect for ever. */
function nodeRedisClusterOptions({ nodes, username, password, tls, isOver = () => false }: Target) {
  const reconnectStrategy = (retries: number) => (isOver() ? (false as const) : Math.min(50 * 2 ** retries, 500));
  return {
    rootNodes: nodes.map((node) => ({ socket: { ...node, ...secured(tls) } })),
    defaults: { ...given({ username, password }), socket: { ...secured(tls), reconnectStrategy } },
  };
}

/** As the README has it. */
function nodeRedis6ClusterOptions(target: Target) {
  return { ...nodeRedisClusterOptions(target), topologyRefreshOnReconnectionAttemptStrategy: 1000 };
}

function nodeRedisSentinelOptions({ nodes, name = '', username, password }: Target) {
  return { name, sentinelRootNodes: [...nodes], nodeClientOptions: given({ username, password }) };
}

function secured(tls: Target['tls']) {
  return tls ? { tls: true as const, ca: tls.ca } : {};
}

// ioredis: promises, and a connection from the start.

interface IoredisClient extends EventEmitter, Commands {
  duplicate(): IoredisClient;
  disconnect(): void;
}

function ioredis(version: 4 | 5 | 6, topology: Topology, make: Make<IoredisClient>): ClientKind {
  return {
    ...named('ioredis', version, topology),
    family: 'ioredis',
    usernames: true,
    ...pairs((target) => {
      const pubClient = make(target);
      return pair(pubClient, pubClient.duplicate(), { end: (client) => client.disconnect() });
    }),
  };
}

function ioredisOptions({ nodes: [node], username, password, tls }: Target) {
  return { ...node, ...given({ username, password, tls }) };
}

function ioredisClusterNodes({ nodes }: Target) {
  return [...nodes];
}

function ioredisClusterOptions({ username, password, tls }: Target) {
  return { redisOptions: given({ username, password, tls }) };
}

/** Without the option, its Cluster has no sharded Pub/Sub. */
function ioredisShardedOptions(target: Target) {
  return { ...ioredisClusterOptions(target), shardedSubscribers: true };
}

function ioredisSentinelOptions({ nodes, name = '', username, password }: Target) {
  return { sentinels: [...nodes], name, ...given({ username, password }) };
}

// What they share.

function named(product: 'redis' | 'ioredis', version: number, topology: Topology) {
  const suffix = { standalone: '', cluster: ' Cluster', sentinel: ' Sentinel' }[topology];
  // The newest is installed under its own name.
  const library = version === 6 ? product : `${product}-${version}`;
  return { name: `${product} ${version}${suffix}`, library, topology };
}

/** The entries that have a value: the libraries tell an absent option from an undefined one. */
function given<T extends object>(options: T) {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

interface Life<C> {
  connect?(client: C): Promise<unknown>;
  end(client: C): Promise<void> | void;
}

function pair<C extends EventEmitter & RedisClient>(pubClient: C, subClient: C, life: Life<C>): UnconnectedPair {
  const clients = [pubClient, subClient];
  return {
    pubClient,
    subClient,
    async connect() {
      await Promise.all(clients.map((client) => life.connect?.(client)));
    },
    async close() {
      await Promise.all(clients.map((client) => life.end(client)));
    },
  };
}

function pairs(make: (target: Target) => UnconnectedPair): Pick<ClientKind, 'make' | 'create'> {
  return {
    make,
    async create(target) {
      const pair = make(target);
      for (const client of [pair.pubClient, pair.subClient]) client.on('error', () => {});
      try {
        await pair.connect();
        return pair;
      } catch (error) {
        await pair.close();
        throw error;
      }
    },
  };
}

/** Every kind of client that the package supports. */
export const clientKinds: readonly ClientKind[] = [
  nodeRedis3(2, (target) => redis2.createClient(nodeRedis3Options(target))),
  nodeRedis3(3, (target) => redis3.createClient(nodeRedis3Options(target))),
  nodeRedis(4, 'standalone', (target) => redis4.createClient(nodeRedisOptions(target))),
  nodeRedis(5, 'standalone', (target) => redis5.createClient(nodeRedisOptions(target))),
  nodeRedis(6, 'standalone', (target) => redis6.createClient(nodeRedisOptions(target))),
  ioredis(4, 'standalone', (target) => new Ioredis4(ioredisOptions(target))),
  ioredis(5, 'standalone', (target) => new Ioredis5(ioredisOptions(target))),
  ioredis(6, 'standalone', (target) => new Ioredis6(ioredisOptions(target))),

  nodeRedis(4, 'cluster', (target) => redis4.createCluster(nodeRedisClusterOptions(target))),
  nodeRedis(5, 'cluster', (target) => redis5.createCluster(nodeRedisClusterOptions(target))),
  nodeRedis(6, 'cluster', (target) => redis6.createCluster(nodeRedis6ClusterOptions(target))),
  ioredis(4, 'cluster', (target) => new Ioredis4.Cluster(ioredisClusterNodes(target), ioredisClusterOptions(target))),
  ioredis(5, 'cluster', (target) => new IoredisCluster5(ioredisClusterNodes(target), ioredisClusterOptions(target))),
  ioredis(6, 'cluster', (target) => new IoredisCluster6(ioredisClusterNodes(target), ioredisClusterOptions(target))),

  nodeRedis(5, 'sentinel', (target) => redis5.createSentinel(nodeRedisSentinelOptions(target))),
  nodeRedis(6, 'sentinel', (target) => redis6.createSentinel(nodeRedisSentinelOptions(target))),
  ioredis(4, 'sentinel', (target) => new Ioredis4(ioredisSentinelOptions(target))),
  ioredis(5, 'sentinel', (target) => new Ioredis5(ioredisSentinelOptions(target))),
  ioredis(6, 'sentinel', (target) => new Ioredis6(ioredisSentinelOptions(target))),
];

/** Every kind of client with sharded Pub/Sub. */
export const shardedKinds: readonly ClientKind[] = [
  ...clientKinds.filter(({ name }) => /^(redis [456]|ioredis [56])/.test(name) && !/ioredis . Cluster/.test(name)),
  ioredis(5, 'cluster', (target) => new IoredisCluster5(ioredisClusterNodes(target), ioredisShardedOptions(target))),
  ioredis(6, 'cluster', (target) => new IoredisCluster6(ioredisClusterNodes(target), ioredisShardedOptions(target))),
];
