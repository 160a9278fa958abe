import { Outsider } from '../cluster/outsider';
import { explain } from '../cluster/permissions';
import { endClient, lazyPubSub } from '../redis/clients';
import type { PubSub, RedisClient } from '../redis/pub-sub';
import type { EmitterSettings } from './options';

/** What the namespaces of one emitter share: its clients, and who speaks in each. */
export class Outsiders {
  readonly client: RedisClient;
  readonly requestsTimeout: number;
  readonly #settings: EmitterSettings;
  readonly #pubSub: PubSub;
  readonly #open: () => void;
  readonly #byNamespace = new Map<string, Outsider>();
  /** Undoes what was done to the client that hears. */
  #endSubClient = async () => {};
  #closed: Promise<void> | undefined;

  constructor(settings: EmitterSettings) {
    const { client, kind, requestsTimeout, onError } = settings;
    const { pubSub, open } = lazyPubSub(client, () => this.#subClient(), kind);
    this.client = client;
    this.requestsTimeout = requestsTimeout;
    this.#settings = settings;
    this.#pubSub = pubSub;
    this.#open = open;
    pubSub.onError((error, failed) => onError(explain(error, failed, kind === 'sharded')));
  }

  of(nsp: string): Outsider {
    const outsider = this.#byNamespace.get(nsp) ?? this.#create(nsp);
    this.#byNamespace.set(nsp, outsider);
    return outsider;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#byNamespace.values()].map((outsider) => outsider.close()));
    this.#pubSub.close(() => {});
    await this.#endSubClient();
  }

  #create(nsp: string): Outsider {
    const outsider = new Outsider({
      ...this.#settings,
      nsp,
      wire: this.#settings.createWire(nsp),
      pubSub: this.#pubSub,
      openSubscriber: this.#open,
    });
    // whoever is made after the end is closed from the beginning
    if (this.#closed) void outsider.close();
    return outsider;
  }

  #subClient(): RedisClient {
    const { client, owned } = this.#settings.subClient();
    const onError = (error: Error) => {
      // while it ends, the connection may go before Redis has answered
      if (!this.#closed) this.#settings.onError(error);
    };
    client.on('error', onError);
    this.#endSubClient = async () => {
      // a client of our own may still have something to say while it ends
      if (owned) await endClient(client);
      else client.removeListener('error', onError);
    };
    return client;
  }
}
