import type { EventEmitter } from 'node:events';
import type { RedisClient } from '../src/redis/pub-sub';

export type ClientName = 'ioredis 5' | 'ioredis 6' | 'redis 5' | 'redis 6';

export type AnyClient = EventEmitter & RedisClient;

/** A pair of clients as their users make them, connected. */
export interface ClientPair {
  pubClient: AnyClient;
  subClient: AnyClient;
  /** Waits until Redis has answered all that the publisher was given so far. */
  published(): Promise<unknown>;
  publish(channel: string, payload: Buffer): Promise<unknown>;
  subscribe(channel: string, listener: () => void): Promise<unknown>;
  /** Subscribes with a listener that does nothing. */
  psubscribe(pattern: string): Promise<unknown>;
}

interface ClientKind {
  /** The package, as it is installed here. */
  library: string;
  connect(port: number): Promise<ClientPair>;
}

// each process loads the one library that it uses
export const clientKinds: Record<ClientName, ClientKind> = {
  'ioredis 5': { library: 'ioredis-5', connect: (port) => connectIoredis(require('ioredis-5'), port) },
  'ioredis 6': { library: 'ioredis', connect: (port) => connectIoredis(require('ioredis'), port) },
  'redis 5': { library: 'redis-5', connect: (port) => connectRedis(require('redis-5'), port) },
  'redis 6': { library: 'redis', connect: (port) => connectRedis(require('redis'), port) },
};

async function connectIoredis({ Redis }: typeof import('ioredis'), port: number): Promise<ClientPair> {
  const pubClient = new Redis({ port });
  const subClient = pubClient.duplicate();
  await Promise.all([pubClient, subClient].map((client) => client.ping()));
  return {
    pubClient,
    subClient,
    published: () => pubClient.ping(),
    publish: (channel, payload) => pubClient.publish(channel, payload),
    subscribe(channel, listener) {
      subClient.on('messageBuffer', listener);
      return subClient.subscribe(channel);
    },
    psubscribe(pattern) {
      subClient.on('pmessageBuffer', () => {});
      return subClient.psubscribe(pattern);
    },
  };
}

async function connectRedis({ createClient }: typeof import('redis'), port: number): Promise<ClientPair> {
  const pubClient = createClient({ socket: { port } });
  const subClient = pubClient.duplicate();
  for (const client of [pubClient, subClient]) client.on('error', () => {});
  await Promise.all([pubClient, subClient].map((client) => client.connect()));
  return {
    pubClient,
    subClient,
    published: () => pubClient.ping(),
    publish: (channel, payload) => pubClient.publish(channel, payload),
    subscribe: (channel, listener) => subClient.subscribe(channel, listener, true),
    psubscribe: (pattern) => subClient.pSubscribe(pattern, () => {}, true),
  };
}
