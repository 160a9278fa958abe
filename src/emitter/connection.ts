import { Outsider } from '../cluster/outsider';
import { explain } from '../cluster/permissions';
import { Numbering } from '../cluster/sequences';
import { endClient } from '../redis/client-life';
import type { PubSub, RedisClient } from '../redis/pub-sub';
import { lazyPubSub } from '../redis/shared-pub-sub';
import type { Outgoing } from '../wire/wire';
import { within } from '../within';
import type { EmitterSettings } from './options';

/** How many namespaces may have somebody who speaks in them and waits for nothing. Each takes about 4 kB (measured). */
const MAX_OUTSIDERS = 1000;
/** In how many namespaces it knows the number of its next broadcast. Each takes about 130 bytes (measured). */
const MAX_NUMBERINGS = 100_000;

/** What the namespaces of one emitter share: its clients, and who speaks in each. */
export class EmitterConnection {
  readonly client: RedisClient;
  readonly requestsTimeout: number;
  readonly #settings: EmitterSettings;
  readonly #pubSub: PubSub;
  readonly #open: () => void;
  /** The oldest first. */
  readonly #outsiders = new Map<string, Outsider>();
  /** Whoever speaks in a namespace anew goes on with its numbers: nodes would take others for a gap, or for repetitions. The oldest first. */
  readonly #numberings = new Map<string, Numbering>();
  /** What is being sent, and who is being closed. */
  readonly #underWay = new Set<Promise<unknown>>();
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

  /** Who speaks in a namespace. Not to be kept: when there are many, those that wait for nothing are given up. */
  outsider(nsp: string): Outsider {
    const known = this.#outsiders.get(nsp);
    if (known) return known;
    this.#makeRoom();
    const outsider = this.#create(nsp);
    this.#outsiders.set(nsp, outsider);
    return outsider;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const outsider of this.#outsiders.values()) this.#track(outsider.close());
    await within(this.requestsTimeout, Promise.all(this.#underWay));
    this.#pubSub.close(() => {});
    await this.#endSubClient();
  }

  /** Looks at the oldest two alone, since thousands may be waiting: that is enough to become fewer. */
  #makeRoom(): void {
    let looks = 2;
    for (const [nsp, outsider] of this.#outsiders) {
      if (this.#outsiders.size < MAX_OUTSIDERS || looks-- === 0) return;
      this.#outsiders.delete(nsp);
      if (outsider.isIdle) this.#track(outsider.close());
      else this.#outsiders.set(nsp, outsider);
    }
  }

  #create(nsp: string): Outsider {
    const outsider = new Outsider({
      ...this.#settings,
      nsp,
      wire: this.#settings.createWire(nsp),
      numbering: this.#numberingOf(nsp),
      pubSub: this.#pubSub,
      openSubscriber: this.#open,
      send: (message) => this.#send(message),
    });
    // whoever is made after the end is closed from the beginning
    if (this.#closed) void outsider.close();
    return outsider;
  }

  #numberingOf(nsp: string): Numbering {
    const numbering = this.#numberings.get(nsp) ?? new Numbering(nsp);
    this.#numberings.delete(nsp);
    this.#numberings.set(nsp, numbering);
    const [oldest] = this.#numberings.keys();
    if (oldest !== undefined && this.#numberings.size > MAX_NUMBERINGS) this.#numberings.delete(oldest);
    return numbering;
  }

  #send({ channel, payload }: Outgoing): Promise<Error | undefined> {
    const { maxQueuedBytes } = this.#settings;
    return this.#track(new Promise((resolve) => this.#pubSub.publish(channel, payload, maxQueuedBytes, resolve)));
  }

  /** @param promise - fulfilled before this is closed, if it does not take too long; it must not reject */
  #track<T>(promise: Promise<T>): Promise<T> {
    this.#underWay.add(promise);
    void promise.then(() => this.#underWay.delete(promise));
    return promise;
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
