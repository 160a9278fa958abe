import { ShardedPubSubError } from './errors';
import { LIMITS, type LimitOptions, readLimits } from './limits';
import {
  completeClients,
  duplicate,
  readKey,
  readMode,
  readOptions,
  readTimeout,
  readWatchdog,
  requireClient,
  type Settings,
  type WatchdogOptions,
} from './options';
import { shardedLackOf } from './redis/clients';
import type { RedisClient } from './redis/pub-sub';
import { warnOfUnknown } from './warn-of-unknown';
import type { ShardedMode } from './wire/sharded-wire';

/** What `createShardedAdapter()` takes besides the clients. All of it is optional. */
export interface ShardedAdapterOptions extends LimitOptions {
  /**
   * The prefix of the names of all channels. Nodes with different prefixes do not hear each other: change it on all nodes
   * together. A string that is not empty; default `socket.io`. Since `@socket.io/redis-adapter` 8.2.
   */
  channelPrefix?: string;
  /**
   * Which rooms have a channel of their own, since `@socket.io/redis-adapter` 8.2: `static`, none; `dynamic`, all but those
   * whose names are 20 characters long, like a socket id; `dynamic-private`, all. It must be the same on all nodes. Default
   * `dynamic`.
   */
  subscriptionMode?: ShardedMode;
  /** How long a request waits for the answers of the other nodes, in milliseconds, from 1 on; default 5000. Since 7.0. */
  requestsTimeout?: number;
  /** See `RedisAdapterOptions`. Since 7.0; default `{ interval: 5000, patience: 2500 }`. */
  watchdog?: WatchdogOptions | false;
}

interface ShardedSettings extends Settings {
  subscriptionMode: ShardedMode;
}

const KNOWN = new Set<string>([
  'channelPrefix',
  'subscriptionMode',
  'requestsTimeout',
  ...LIMITS,
  'watchdog',
] satisfies (keyof ShardedAdapterOptions)[]);

/** The first is the default. */
export const SHARDED_MODES: readonly [ShardedMode, ...ShardedMode[]] = ['dynamic', 'static', 'dynamic-private'];

/** @throws {InvalidOptionError} @throws {UnsupportedClientError} @throws {ShardedPubSubError} */
export function readShardedSettings(
  pubClient: unknown,
  subClient: unknown,
  given: ShardedAdapterOptions | null | undefined,
): ShardedSettings {
  const options = readOptions(given);
  const settings = {
    prefix: readKey('channelPrefix', options.channelPrefix),
    requestsTimeout: readTimeout(options.requestsTimeout),
    watchdog: readWatchdog(options.watchdog),
    subscriptionMode: readMode(options.subscriptionMode, SHARDED_MODES),
    // there is no pattern to fall back to
    maxSubscriptions: Number.POSITIVE_INFINITY,
    ...readLimits(options),
  };
  warnOfUnknown(options, (option) => KNOWN.has(option));
  const pub = readShardedClient('pubClient', pubClient);
  const sub = subClient === undefined || subClient === null ? undefined : readShardedClient('subClient', subClient);
  return { ...settings, clients: () => completeClients(pub, sub, (missing) => duplicate(pub, missing)) };
}

/** @throws {InvalidOptionError} @throws {UnsupportedClientError} @throws {ShardedPubSubError} */
export function readShardedClient(option: string, client: unknown): RedisClient {
  const known = requireClient(option, client);
  const missing = shardedLackOf(known);
  if (missing !== undefined) throw new ShardedPubSubError(option, missing);
  return known;
}
