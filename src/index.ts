import type { CustomHook as Hook } from './adapters/custom-hook';
import type { RedisApi as Api, SocketFilter as Filter } from './adapters/redis-api';
import type { RedisAdapter as Adapter2 } from './adapters/socket-io-2';
import * as adapters from './adapters/socket-io-4';
import type { AdapterHealth as Health } from './cluster/health';
import type { AdapterStats as Stats } from './cluster/stats';
import * as errors from './errors';
import { createClassicFactory, createShardedFactory, type AdapterFactory as Factory } from './factory';
import {
  type RedisAdapterOptions as Options,
  readOptions,
  requireClient,
  type WatchdogOptions as Watchdog,
} from './options';
import { isEmitter } from './redis/clients';
import type { RedisClient as Client, Restored as EndOfOutage, Degraded as Outage } from './redis/pub-sub';
import type { ShardedAdapterOptions as ShardedOptions } from './sharded-options';
import type { SocketDetails as Details } from './wire/messages';

/**
 * Makes the adapter that connects a Socket.IO server with all others on the same Redis: `io.adapter(redisAdapter(…))` or
 * `new Server({ adapter: createAdapter(…) })`. The forms with a uri and with options are those of socket.io-redis 5.x and 6.x,
 * the others those of `@socket.io/redis-adapter` 7.x and 8.x.
 *
 * @param uri - where Redis is: `localhost:6379`, `redis://user:password@host:port/db`, `rediss://…` or a port; default
 * `localhost:6379`
 * @param pubClient - the client that publishes; see `RedisAdapterOptions`
 * @param subClient - the client that subscribes; default: the `duplicate()` of `pubClient`
 * @param options - with a uri, what the uri says wins
 * @throws {InvalidOptionError} when an option is not what it must be
 * @throws {UnsupportedClientError} when a client is of an unknown kind
 */
function redisAdapter(uri: string | URL | number, options?: Options): Factory;
function redisAdapter(options?: Options): Factory;
function redisAdapter(pubClient: Client, subClient?: Client, options?: Options): Factory;
function redisAdapter(
  first?: string | URL | number | Options | Client | null,
  second?: Options | Client | null,
  third?: Options | null,
): Factory {
  // what has events is meant for a client, and no options, even if it is none that is supported
  const isUri = first instanceof URL;
  if (isEmitter(first) || isEmitter(second) || (isObject(first) && isObject(second) && !isUri)) {
    return createClassicFactory(undefined, {
      ...readOptions(third),
      pubClient: requireClient('pubClient', first),
      ...given({ subClient: second as Client }),
    });
  }
  if (isObject(first) && !isUri) return createClassicFactory(undefined, first as Options);
  return createClassicFactory((first ?? undefined) as string | URL | number | undefined, second as Options);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function given(clients: { subClient: Client | null | undefined }): { subClient?: Client } {
  return clients.subClient ? { subClient: clients.subClient } : {};
}

// `export =` gives `require()` the function itself, and the namespace its named exports and their types
namespace redisAdapter {
  /** The same as `redisAdapter()`, under the name that it has had since socket.io-redis 6.x. */
  export const createAdapter = redisAdapter;
  /**
   * Makes the adapter that uses sharded Pub/Sub, for Redis 7 or later: on a Redis Cluster, a message then goes to one shard
   * only. It is that of `@socket.io/redis-adapter` 8.2 and later, and does not hear nodes that use `createAdapter()`.
   *
   * @param pubClient - the client that publishes: redis 4.6 to 6 or ioredis 5.3 to 6
   * @param subClient - the client that subscribes, for nothing else; default: the `duplicate()` of `pubClient`
   * @param options - all of it is optional
   * @throws {InvalidOptionError} when an option is not what it must be
   * @throws {UnsupportedClientError} when a client is of an unknown kind
   * @throws {ShardedPubSubError} when a client cannot do sharded Pub/Sub
   */
  export function createShardedAdapter(
    pubClient: Client,
    subClient?: Client | null,
    options?: ShardedOptions | null,
  ): Factory {
    return createShardedFactory(pubClient, subClient, options);
  }
  /** On Socket.IO 4; `RedisAdapter2` is that on Socket.IO 2. */
  export import RedisAdapter = adapters.RedisAdapter;
  export type RedisAdapter2 = Adapter2;
  export type RedisApi = Api;
  export type SocketDetails = Details;
  export type SocketFilter = Filter;
  export type RedisAdapterOptions = Options;
  export type ShardedAdapterOptions = ShardedOptions;
  export type AdapterFactory = Factory;
  export type AdapterStats = Stats;
  export type AdapterHealth = Health;
  export type Degraded = Outage;
  export type Restored = EndOfOutage;
  export type WatchdogOptions = Watchdog;
  export type CustomHook = Hook;
  export type RedisClient = Client;

  export import SocketIoRedisError = errors.SocketIoRedisError;
  export import InvalidOptionError = errors.InvalidOptionError;
  export import UnsupportedClientError = errors.UnsupportedClientError;
  export import UnsupportedSocketIoError = errors.UnsupportedSocketIoError;
  export import RequestTimeoutError = errors.RequestTimeoutError;
  export import UnknownSocketError = errors.UnknownSocketError;
  export import RemoteNodeError = errors.RemoteNodeError;
  export import ConnectionStateRecoveryError = errors.ConnectionStateRecoveryError;
  export import RequestFailedError = errors.RequestFailedError;
  export import RedisPermissionError = errors.RedisPermissionError;
  export import ShardedPubSubError = errors.ShardedPubSubError;
  export import SubscriptionLimitError = errors.SubscriptionLimitError;
  export import PublishQueueFullError = errors.PublishQueueFullError;
  export import TooManyRequestsError = errors.TooManyRequestsError;
  export import AdapterClosedError = errors.AdapterClosedError;
  export import UnsendableValueError = errors.UnsendableValueError;
}

export = redisAdapter;
