import type { EventEmitter } from 'node:events';
import type { LocalNode } from '../cluster/local-node';
import { ClusterNode, type SubscriptionMode } from '../cluster/node';
import type { Limits } from '../limits';
import type { PubSub, RedisClient } from '../redis/pub-sub';
import type { DialectName, Sender } from '../wire/messages';
import type { Wire } from '../wire/wire';

/** What all adapters of one `redisAdapter()` call have in common. */
export interface Shared extends Limits {
  uid: string;
  prefix: string;
  requestsTimeout: number;
  subscriptionMode: SubscriptionMode;
  maxSubscriptions: number;
  pubClient: RedisClient;
  subClient: RedisClient;
  pubSub: PubSub;
  /** @param dialect - that of the server's generation of Socket.IO */
  createWire(node: { nsp: string; uid: string; dialect: DialectName; sender(): Sender }): Wire;
  /** Tells the user of an error that no adapter has a listener for. */
  warn(error: Error): void;
  /** Called once by each adapter, when it is closed. */
  release(): Promise<void>;
}

/** An adapter's place in the cluster. */
export class Membership {
  readonly node: ClusterNode;
  /** Tells the user of an error. */
  readonly onError: (error: Error) => void;
  readonly #shared: Shared;
  #closed: Promise<void> | undefined;

  constructor(adapter: EventEmitter, nsp: string, dialect: DialectName, shared: Shared, local: LocalNode) {
    this.#shared = shared;
    this.onError = (error) => tell(adapter, error, shared.warn);
    this.node = new ClusterNode({
      ...shared,
      nsp,
      local,
      createWire: (sender) => shared.createWire({ nsp, uid: shared.uid, dialect, sender }),
      onError: this.onError,
      onOutage: (outage) => tellSafely(() => adapter.emit('degraded', outage), shared.warn),
      onRestored: (end) => tellSafely(() => adapter.emit('restored', end), shared.warn),
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.node.close().then(() => this.#shared.release());
    return this.#closed;
  }
}

function tell(adapter: EventEmitter, error: Error, warn: (error: Error) => void): void {
  tellSafely(() => {
    if (adapter.listenerCount('error') > 0) adapter.emit('error', error);
    else warn(error);
  }, warn);
}

/** What a listener throws must not end up in the Redis client, nor keep other namespaces from being told. */
function tellSafely(tell: () => void, warn: (error: Error) => void): void {
  try {
    tell();
  } catch (thrown) {
    warn(thrown as Error);
  }
}
