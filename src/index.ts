import * as adapters from './adapters/socket-io-2';
import type { CustomHook as Hook } from './adapters/socket-io-2/local-sockets';
import type { AdapterStats as Stats } from './cluster/stats';
import * as errors from './errors';
import { createFactory, type AdapterFactory as Factory } from './factory';
import type { RedisClient as Client, RedisAdapterOptions as Options } from './options';

/**
 * Makes the adapter that connects a Socket.IO server with all others on the same Redis: `io.adapter(redisAdapter(…))`.
 * Since socket.io-redis 5.x.
 *
 * @param uri - where Redis is: `localhost:6379`, `redis://user:password@host:port/db`, `rediss://…` or a port; default
 * `localhost:6379`
 * @throws {InvalidOptionError} when an option is not what it must be
 * @throws {UnsupportedClientError} when a client is of an unknown kind
 */
function redisAdapter(uri: string | number, options?: Options): Factory;
function redisAdapter(options?: Options): Factory;
function redisAdapter(uri?: string | number | Options | null, options?: Options | null): Factory {
  if (typeof uri === 'object' && uri !== null) return createFactory(undefined, uri);
  return createFactory(uri ?? undefined, options ?? {});
}

// `export =` gives `require()` the function itself, and the namespace its named exports and their types
namespace redisAdapter {
  /** The same as `redisAdapter()`, under the name that socket.io-redis 6.x gave it. */
  export const createAdapter = redisAdapter;
  export import RedisAdapter = adapters.RedisAdapter;
  export type RedisAdapterOptions = Options;
  export type AdapterFactory = Factory;
  export type AdapterStats = Stats;
  export type CustomHook = Hook;
  export type RedisClient = Client;

  export import SocketIoRedisError = errors.SocketIoRedisError;
  export import InvalidOptionError = errors.InvalidOptionError;
  export import UnsupportedClientError = errors.UnsupportedClientError;
  export import UnsupportedSocketIoError = errors.UnsupportedSocketIoError;
  export import RequestTimeoutError = errors.RequestTimeoutError;
  export import UnknownSocketError = errors.UnknownSocketError;
  export import RequestFailedError = errors.RequestFailedError;
  export import AdapterClosedError = errors.AdapterClosedError;
  export import UnsendableValueError = errors.UnsendableValueError;
}

export = redisAdapter;
