import debugModule from 'debug';
import { type ConnectionOptions, connectionSettings, isConnectionOption } from './connection-options';
import { InvalidOptionError, UnsupportedClientError } from './errors';
import { duplicateClient, isRedisClient } from './redis/clients';
import { type ConnectionSettings, connectClient } from './redis/connect';
import type { RedisClient } from './redis/pub-sub';
import { type Codec, messagePack } from './wire/broadcast';

const debug = debugModule('socket.io-redis:client');

/** What `redisAdapter()` takes. All of it is optional, and since socket.io-redis 5.x unless it says otherwise. */
export interface RedisAdapterOptions extends ConnectionOptions {
  /**
   * The prefix of the names of all channels. Nodes with different keys do not hear each other: change it on all nodes
   * together. A string that is not empty; default `socket.io`.
   */
  key?: string;
  /**
   * The client that publishes: redis 2.8 to 6 or ioredis 4 to 6, Cluster and Sentinel included. It is never closed by the
   * adapter. Default: the `duplicate()` of `subClient`, or a client made with the connection options.
   */
  pubClient?: RedisClient;
  /** The client that subscribes, likewise. It must not be used for anything else. Default: the `duplicate()` of `pubClient`. */
  subClient?: RedisClient;
  /** How long a request waits for the answers of the other nodes, in milliseconds, from 1 on; default 5000. */
  requestsTimeout?: number;
  /**
   * How broadcasts are written, in place of MessagePack; since `@socket.io/redis-adapter` 7.x. Nodes with different parsers do
   * not understand each other: change it on all nodes together.
   */
  parser?: Codec;
  /** Since `@socket.io/redis-adapter` 7.1. Without a meaning: answers always go to the node alone that asked, if it listens. */
  publishOnSpecificResponseChannel?: boolean;
}

/** The options, checked and with their defaults, and the clients. */
export interface Settings {
  prefix: string;
  requestsTimeout: number;
  codec: Codec;
  pubClient: RedisClient;
  subClient: RedisClient;
  /** The clients that were made here, and are to be ended here. */
  owned: RedisClient[];
}

const DEFAULT_KEY = 'socket.io';
const DEFAULT_REQUESTS_TIMEOUT_MS = 5000;
/** The longest delay of a timer in Node.js. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Reads what `redisAdapter()` was called with, and makes the clients that are missing.
 *
 * @throws {InvalidOptionError} @throws {UnsupportedClientError}
 */
export function readSettings(uri: string | number | undefined, options: RedisAdapterOptions): Settings {
  const prefix = readKey(options.key);
  const requestsTimeout = readTimeout(options.requestsTimeout);
  const codec = readParser(options.parser);
  const pubClient = readClient('pubClient', options.pubClient);
  const subClient = readClient('subClient', options.subClient);
  warnOfUnknown(options);
  const connection = connectionSettings(uri, options);
  return { prefix, requestsTimeout, codec, ...completeClients(pubClient, subClient, connection) };
}

function completeClients(
  pubClient: RedisClient | undefined,
  subClient: RedisClient | undefined,
  connection: ConnectionSettings,
): Pick<Settings, 'pubClient' | 'subClient' | 'owned'> {
  if (pubClient && subClient) return { pubClient, subClient, owned: [] };
  const given = pubClient ?? subClient;
  const make = (): RedisClient => {
    const client = given ? duplicate(given, pubClient ? 'subClient' : 'pubClient') : connectClient(connection);
    // without any listener an error would end the process, before the first adapter has one or after the last is closed
    client.on('error', (error) => debug('%s', error));
    return client;
  };
  const pub = pubClient ?? make();
  const sub = subClient ?? make();
  return { pubClient: pub, subClient: sub, owned: [pub, sub].filter((client) => client !== given) };
}

function duplicate(client: RedisClient, missing: string): RedisClient {
  const copy = duplicateClient(client);
  if (!copy) throw new InvalidOptionError(missing, 'given, since the other client has no duplicate()', undefined);
  return copy;
}

function readKey(key: unknown): string {
  if (key === undefined || key === null || key === '') return DEFAULT_KEY;
  if (typeof key !== 'string') throw new InvalidOptionError('key', 'a string', key);
  return key;
}

function readTimeout(timeout: unknown): number {
  if (timeout === undefined || timeout === null) return DEFAULT_REQUESTS_TIMEOUT_MS;
  if (typeof timeout !== 'number' || !(timeout >= 1 && timeout <= MAX_TIMEOUT_MS)) {
    throw new InvalidOptionError('requestsTimeout', `a number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`, timeout);
  }
  return timeout;
}

function readParser(parser: unknown): Codec {
  if (parser === undefined || parser === null) return messagePack;
  const { encode, decode } = parser as Partial<Codec>;
  if (typeof encode !== 'function' || typeof decode !== 'function') {
    throw new InvalidOptionError('parser', 'an object with encode() and decode()', parser);
  }
  return parser as Codec;
}

function readClient(option: string, client: unknown): RedisClient | undefined {
  if (client === undefined || client === null) return undefined;
  if (!isRedisClient(client)) throw new UnsupportedClientError(option, client);
  return client;
}

function warnOfUnknown(options: RedisAdapterOptions): void {
  const known = ['key', 'pubClient', 'subClient', 'requestsTimeout', 'parser', 'publishOnSpecificResponseChannel'];
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || known.includes(option) || isConnectionOption(option)) continue;
    process.emitWarning(`socket.io-redis: the option "${option}" has no meaning here, and is ignored`, {
      type: 'SocketIoRedisWarning',
      code: 'SOCKET_IO_REDIS_IGNORED_OPTION',
    });
  }
}
