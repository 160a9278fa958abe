import { InvalidOptionError } from '../errors';
import { LIMITS, type LimitOptions, type Limits, readLimits } from '../limits';
import { duplicate, readClient, readKey, readMode, readOptions, readTimeout, requireClient } from '../options';
import type { PubSubKind } from '../redis/clients';
import type { RedisClient } from '../redis/pub-sub';
import { readShardedClient, SHARDED_MODES } from '../sharded-options';
import { warnOfUnknown } from '../warn-of-unknown';
import { warnOnce } from '../warn-once';
import { type Codec, messagePack } from '../wire/broadcast';
import { ClassicWire } from '../wire/classic-wire';
import type { Sender } from '../wire/messages';
import { type ShardedMode, ShardedWire } from '../wire/sharded-wire';
import { createEmitterUid } from '../wire/uid';
import type { Wire } from '../wire/wire';

/** What `new Emitter()` takes besides the client. All of it is optional. */
export interface EmitterOptions extends LimitOptions {
  /**
   * What the names of all channels begin with: the option `key` of the servers, with the sharded adapter their `channelPrefix`.
   * A string that is not empty; default `socket.io`.
   */
  key?: string;
  /**
   * How broadcasts are written, in place of MessagePack: the option `parser` of the servers, of which `encode()` is enough;
   * without `decode()`, binary answers are read as MessagePack. Not with the sharded adapter.
   */
  parser?: Pick<Codec, 'encode'> & Partial<Codec>;
  /** Which adapter the servers have: `classic`, made by `createAdapter()`, or `sharded`, made by `createShardedAdapter()`. */
  mode?: PubSubKind;
  /** With the sharded adapter: the option `subscriptionMode` of the servers. Default `dynamic`. */
  subscriptionMode?: ShardedMode;
  /** How long it waits for answers, in milliseconds, from 1 on; default 5000. */
  requestsTimeout?: number;
  /**
   * The client that hears answers. It must not be used for anything else, and is never closed by the emitter. Default: the
   * `duplicate()` of the client that publishes, made when it is needed for the first time.
   */
  subClient?: RedisClient;
  /**
   * Told what went wrong where no call can tell it: a message that could not be published, the connection that answers are
   * heard on. Default: a warning of the process for the first one.
   */
  onError?: (error: Error) => void;
}

/** The options, checked and with their defaults. */
export interface EmitterSettings extends Limits {
  kind: PubSubKind;
  uid: string;
  requestsTimeout: number;
  client: RedisClient;
  /** @returns the client that hears answers, and whether it is to be ended here. @throws {InvalidOptionError} */
  subClient(): { client: RedisClient; owned: boolean };
  createWire(nsp: string): Wire;
  onError(error: Error): void;
}

const KNOWN = {
  classic: ['key', 'parser', 'mode', 'requestsTimeout', 'subClient', 'onError', ...LIMITS],
  sharded: ['key', 'mode', 'subscriptionMode', 'requestsTimeout', 'subClient', 'onError', ...LIMITS],
} satisfies Record<PubSubKind, (keyof EmitterOptions)[]>;

/** @throws {InvalidOptionError} @throws {UnsupportedClientError} @throws {ShardedPubSubError} */
export function readEmitterSettings(client: unknown, given: EmitterOptions | null | undefined): EmitterSettings {
  const options = readOptions(given);
  const kind = readMode(options.mode, ['classic', 'sharded'], 'mode');
  const settings = {
    kind,
    uid: createEmitterUid(),
    requestsTimeout: readTimeout(options.requestsTimeout),
    onError: readOnError(options.onError),
    ...readLimits(options),
  };
  const createWire = wiresOf(kind, settings.uid, options);
  warnOfUnknown(options, (option) => (KNOWN[kind] as readonly string[]).includes(option));
  const read = kind === 'sharded' ? readShardedClient : requireClient;
  const publishing = read('client', client);
  const second = readClient('subClient', options.subClient) && read('subClient', options.subClient);
  return {
    ...settings,
    client: publishing,
    createWire,
    subClient: () =>
      second ? { client: second, owned: false } : { client: duplicate(publishing, 'subClient'), owned: true },
  };
}

function wiresOf(kind: PubSubKind, uid: string, options: EmitterOptions): EmitterSettings['createWire'] {
  const prefix = readKey('key', options.key);
  // it is no node
  const sender = (): Sender => ({ uid, link: uid, nodes: [] });
  if (kind === 'sharded') {
    const mode = readMode(options.subscriptionMode, SHARDED_MODES);
    return (nsp) => new ShardedWire({ prefix, nsp, uid, mode, sender });
  }
  const codec = readEncoder(options.parser);
  return (nsp) => new ClassicWire({ prefix, nsp, uid, dialect: 8, codec, sender });
}

function readOnError(onError: unknown): (error: Error) => void {
  if (onError === undefined || onError === null) return warnOnce('the emitter has no option "onError"');
  if (typeof onError !== 'function') throw new InvalidOptionError('onError', 'a function', onError);
  const warn = warnOnce('thrown by the option "onError"');
  return (error) => {
    try {
      onError(error);
    } catch (thrown) {
      // it must not end up in the Redis client
      warn(thrown as Error);
    }
  };
}

/** For who hears little: what a parser without a `decode()` would have to read is taken for MessagePack. */
function readEncoder(parser: unknown): Codec {
  if (parser === undefined || parser === null) return messagePack;
  const { encode, decode = messagePack.decode } = parser as Partial<Codec>;
  if (typeof encode !== 'function' || typeof decode !== 'function') {
    throw new InvalidOptionError('parser', 'an object with encode()', parser);
  }
  return { encode: (value) => encode.call(parser, value), decode: (payload) => decode.call(parser, payload) };
}
