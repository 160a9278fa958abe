import debugModule from 'debug';
import type { SubscriptionMode } from './cluster/node';
import { type ConnectionOptions, connectionSettings, isConnectionOption } from './connection-options';
import { InvalidOptionError, UnsupportedClientError } from './errors';
import { LIMITS, type LimitOptions, type Limits, readCount, readLimits, readMilliseconds } from './limits';
import { duplicateClient } from './redis/client-life';
import { isRedisClient, lackOf } from './redis/clients';
import { connectClient } from './redis/connect';
import type { RedisClient, WatchdogTimes } from './redis/pub-sub';
import { warnOfUnknown } from './warn-of-unknown';
import { type Codec, messagePack } from './wire/broadcast';

const debug = debugModule('socket.io-redis:client');

/** What `redisAdapter()` takes. All of it is optional, and since socket.io-redis 5.x unless it says otherwise. */
export interface RedisAdapterOptions extends ConnectionOptions, LimitOptions {
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
   * How broadcasts are written, and whatever else holds binary data, in place of MessagePack; since `@socket.io/redis-adapter`
   * 7.x. Nodes with different parsers do not understand each other: change it on all nodes together.
   */
  parser?: Codec;
  /**
   * Which broadcasts a node hears, since 7.0: `static`, all of the namespace's, through a pattern; `dynamic`, those for rooms
   * in which it has sockets, through a channel a room. Other nodes need not know. Default `static`.
   */
  subscriptionMode?: 'static' | 'dynamic';
  /**
   * How many channels may be subscribed on one connection, from 1 on; beyond that, a node in the mode `dynamic` hears the
   * pattern instead, until there are half as many, and emits a `SubscriptionLimitError`. Since 7.0; default 100000.
   */
  maxSubscriptions?: number;
  /**
   * How to find out that a connection is up and delivers nothing: every `interval`, a message is published that only this
   * pair of clients hears, unless other messages show that all is well; when it does not come back within `patience`, the subscriptions
   * are made anew, and then the connections. Both in milliseconds, from 1 on; `false` for no watchdog. Adapters on the same
   * two clients share that of the first. Since 7.0; default `{ interval: 5000, patience: 2500 }`.
   */
  watchdog?: WatchdogOptions | false;
  /** Since `@socket.io/redis-adapter` 7.1. Without a meaning: answers always go to the node alone that asked, if it listens. */
  publishOnSpecificResponseChannel?: boolean;
}

/** How the watchdog looks after a pair of clients; see `RedisAdapterOptions`. */
export interface WatchdogOptions {
  /** How often it looks, in milliseconds, from 1 on; default 5000. */
  interval?: number;
  /** How long its message may take, in milliseconds, from 1 on; default 2500. */
  patience?: number;
}

/** The options, checked and with their defaults. */
export interface Settings extends Limits {
  prefix: string;
  requestsTimeout: number;
  subscriptionMode: SubscriptionMode;
  maxSubscriptions: number;
  watchdog: WatchdogTimes | undefined;
  /** Makes the clients that were not given; each call makes others. */
  clients(): Clients;
}

export interface Clients {
  pubClient: RedisClient;
  subClient: RedisClient;
  /** Those that were made here, and are to be ended here. */
  owned: RedisClient[];
}

/** What a `redisAdapter()` call comes to. */
export interface ClassicSettings extends Settings {
  codec: Codec;
}

const DEFAULT_KEY = 'socket.io';
const DEFAULT_REQUESTS_TIMEOUT_MS = 5000;
const DEFAULT_WATCHDOG: WatchdogTimes = { interval: 5000, patience: 2500 };
const DEFAULT_MAX_SUBSCRIPTIONS = 100_000;

/**
 * Reads what `redisAdapter()` was called with.
 *
 * @throws {InvalidOptionError} @throws {UnsupportedClientError}
 */
export function readSettings(
  uri: string | URL | number | undefined,
  given: RedisAdapterOptions | null | undefined,
): ClassicSettings {
  const options = readOptions(given);
  const settings = {
    prefix: readKey('key', options.key),
    requestsTimeout: readTimeout(options.requestsTimeout),
    watchdog: readWatchdog(options.watchdog),
    codec: readParser(options.parser),
    subscriptionMode: readMode(options.subscriptionMode, ['static', 'dynamic']),
    maxSubscriptions: readCount('maxSubscriptions', options.maxSubscriptions, DEFAULT_MAX_SUBSCRIPTIONS),
    ...readLimits(options),
  };
  const pubClient = readClient('pubClient', options.pubClient);
  const subClient = readClient('subClient', options.subClient);
  warnOfUnknown(options, (option) => KNOWN.has(option) || isConnectionOption(option));
  const connection = connectionSettings(uri, options);
  const other = pubClient ?? subClient;
  const create = (missing: string) => (other ? duplicate(other, missing) : connectClient(connection));
  return { ...settings, clients: () => completeClients(pubClient, subClient, create) };
}

const KNOWN = new Set<string>([
  'key',
  'pubClient',
  'subClient',
  'requestsTimeout',
  'parser',
  'subscriptionMode',
  'maxSubscriptions',
  'watchdog',
  'publishOnSpecificResponseChannel',
  ...LIMITS,
] satisfies (keyof RedisAdapterOptions)[]);

/** @param create - makes the client that is missing, to be ended here */
export function completeClients(
  pubClient: RedisClient | undefined,
  subClient: RedisClient | undefined,
  create: (missing: 'pubClient' | 'subClient') => RedisClient,
): Clients {
  const owned: RedisClient[] = [];
  const make = (missing: 'pubClient' | 'subClient'): RedisClient => {
    const client = create(missing);
    // without any listener an error would end the process, before the first adapter has one or after the last is closed
    client.on('error', (error) => debug('%s', error));
    owned.push(client);
    return client;
  };
  return { pubClient: pubClient ?? make('pubClient'), subClient: subClient ?? make('subClient'), owned };
}

export function duplicate(client: RedisClient, missing: string): RedisClient {
  const copy = duplicateClient(client);
  if (!copy) throw new InvalidOptionError(missing, 'given, since the other client has no duplicate()', undefined);
  return copy;
}

/** @throws {InvalidOptionError} */
export function readOptions<O extends object>(options: O | null | undefined): O {
  const given: unknown = options ?? {};
  // a promise of a client, say
  const isObject = typeof given === 'object' && !Array.isArray(given) && !(given instanceof Promise);
  if (!isObject) throw new InvalidOptionError('opts', 'an object', given);
  return given as O;
}

export function readKey(option: string, key: unknown): string {
  if (key === undefined || key === null || key === '') return DEFAULT_KEY;
  if (typeof key !== 'string') throw new InvalidOptionError(option, 'a string', key);
  return key;
}

export function readTimeout(timeout: unknown): number {
  return readMilliseconds('requestsTimeout', timeout, DEFAULT_REQUESTS_TIMEOUT_MS);
}

export function readWatchdog(watchdog: unknown): WatchdogTimes | undefined {
  if (watchdog === false) return undefined;
  const given = watchdog ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new InvalidOptionError('watchdog', 'false or an object with interval and patience', watchdog);
  }
  warnOfUnknown(given, (option) => option in DEFAULT_WATCHDOG, 'watchdog.');
  const { interval, patience } = given as WatchdogOptions;
  return {
    interval: readMilliseconds('watchdog.interval', interval, DEFAULT_WATCHDOG.interval),
    patience: readMilliseconds('watchdog.patience', patience, DEFAULT_WATCHDOG.patience),
  };
}

/** @param modes - the first is the default */
export function readMode<M extends string>(mode: unknown, modes: readonly [M, ...M[]], option = 'subscriptionMode'): M {
  if (mode === undefined || mode === null) return modes[0];
  const known = modes.find((one) => one === mode);
  if (known === undefined) {
    throw new InvalidOptionError(option, modes.map((one) => `"${one}"`).join(' or '), mode);
  }
  return known;
}

function readParser(parser: unknown): Codec {
  if (parser === undefined || parser === null) return messagePack;
  const { encode, decode } = parser as Partial<Codec>;
  if (typeof encode !== 'function' || typeof decode !== 'function') {
    throw new InvalidOptionError('parser', 'an object with encode() and decode()', parser);
  }
  return parser as Codec;
}

export function readClient(option: string, client: unknown): RedisClient | undefined {
  if (client === undefined || client === null) return undefined;
  if (!isRedisClient(client)) throw new UnsupportedClientError(option, client, lackOf(client));
  return client;
}

/** @throws {InvalidOptionError} @throws {UnsupportedClientError} */
export function requireClient(option: string, client: unknown): RedisClient {
  const known = readClient(option, client);
  if (!known) throw new InvalidOptionError(option, 'a Redis client', client);
  return known;
}
