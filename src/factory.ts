import type { Shared } from './adapters/membership';
import { RedisAdapter as RedisAdapter2 } from './adapters/socket-io-2';
import type { Namespace2 } from './adapters/socket-io-2/types';
import { RedisAdapter } from './adapters/socket-io-4';
import type { Namespace4 } from './adapters/socket-io-4/types';
import { ConnectionStateRecoveryError, UnsupportedSocketIoError } from './errors';
import { type RedisAdapterOptions, readSettings, type Settings } from './options';
import { endClient } from './redis/client-life';
import type { PubSubKind } from './redis/clients';
import type { RedisClient } from './redis/pub-sub';
import { sharePubSub } from './redis/shared-pub-sub';
import { readShardedSettings, type ShardedAdapterOptions } from './sharded-options';
import { warnOnce } from './warn-once';
import { watchdogChannel } from './wire/channels';
import { ClassicWire } from './wire/classic-wire';
import { ShardedWire } from './wire/sharded-wire';
import { createUid } from './wire/uid';

/** What `io.adapter()` takes. Socket.IO makes one adapter a namespace with it. */
export interface AdapterFactory {
  new (nsp: object): RedisAdapter;
  (nsp: object): RedisAdapter;
  /** The name of this server among the nodes. */
  readonly uid: string;
  /** The option `key`, or `channelPrefix`. */
  readonly prefix: string;
  /** How long a request waits for the other nodes, in milliseconds. */
  readonly requestsTimeout: number;
  /** The client that publishes, whoever made it. */
  readonly pubClient: RedisClient;
  /** The client that subscribes, whoever made it. */
  readonly subClient: RedisClient;
}

/** @throws {InvalidOptionError} @throws {UnsupportedClientError} */
export function createClassicFactory(
  uri: string | URL | number | undefined,
  options: RedisAdapterOptions | null | undefined,
): AdapterFactory {
  const { codec, ...settings } = readSettings(uri, options);
  const { prefix } = settings;
  return createFactory(settings, 'classic', (node) => new ClassicWire({ ...node, prefix, codec }));
}

/** @throws {InvalidOptionError} @throws {UnsupportedClientError} @throws {ShardedPubSubError} */
export function createShardedFactory(
  pubClient: unknown,
  subClient: unknown,
  options: ShardedAdapterOptions | null | undefined,
): AdapterFactory {
  const settings = readShardedSettings(pubClient, subClient, options);
  const { prefix, subscriptionMode: mode } = settings;
  return createFactory(settings, 'sharded', (node) => new ShardedWire({ ...node, prefix, mode }));
}

function createFactory(
  { clients: makeClients, watchdog, ...settings }: Settings,
  kind: PubSubKind,
  createWire: Shared['createWire'],
): AdapterFactory {
  const { prefix, requestsTimeout } = settings;
  const watched = watchdog && { ...watchdog, channel: watchdogChannel(prefix, kind === 'sharded') };
  const uid = createUid();
  const uidOf = uidPerServer(uid);
  const warn = warnOnce('nobody listens to the "error" event of the adapter');
  let clients = makeClients();
  let adapters = 0;
  let ended = false;

  function share(nsp: { server: object }): Shared {
    // after the last adapter has been closed, the factory may be used again
    if (ended) clients = makeClients();
    ended = false;
    const { pubClient, subClient, owned } = clients;
    const { pubSub, release } = sharePubSub(pubClient, subClient, kind, watched);
    adapters += 1;
    return {
      ...settings,
      pubClient,
      subClient,
      createWire,
      uid: uidOf(nsp.server),
      pubSub,
      warn,
      async release() {
        release();
        adapters -= 1;
        if (adapters > 0) return;
        ended = true;
        await Promise.all(owned.map(endClient));
      },
    };
  }

  function factory(nsp: object): RedisAdapter | RedisAdapter2 {
    if (typeof nsp !== 'object' || nsp === null) throw new UnsupportedSocketIoError();
    if (isNamespace2(nsp)) return new RedisAdapter2(nsp, share(nsp));
    if (!isNamespace4(nsp)) throw new UnsupportedSocketIoError();
    if (nsp.server.opts?.connectionStateRecovery) throw new ConnectionStateRecoveryError();
    return new RedisAdapter(nsp, share(nsp));
  }
  Object.defineProperties(factory, {
    pubClient: { get: () => clients.pubClient, enumerable: true },
    subClient: { get: () => clients.subClient, enumerable: true },
  });
  return Object.assign(factory, { uid, prefix, requestsTimeout }) as object as AdapterFactory;
}

/** Socket.IO 2 keeps its connected sockets in an object; later versions have no such property. */
function isNamespace2(nsp: object): nsp is Namespace2 {
  return 'connected' in nsp && typeof nsp.connected === 'object' && 'server' in nsp && 'name' in nsp;
}

/** Socket.IO 3 and 4 keep their sockets in a Map, but only Socket.IO 4 has events between servers. */
function isNamespace4(nsp: object): nsp is Namespace4 {
  return 'sockets' in nsp && nsp.sockets instanceof Map && '_onServerSideEmit' in nsp && 'server' in nsp;
}

/** Servers that share one factory are nodes of their own: the first has the factory's uid. */
function uidPerServer(firstUid: string): (server: object) => string {
  const uids = new WeakMap<object, string>();
  let next: string | undefined = firstUid;
  return (server) => {
    const uid = uids.get(server) ?? next ?? createUid();
    next = undefined;
    uids.set(server, uid);
    return uid;
  };
}
