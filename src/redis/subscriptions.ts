import debugModule from 'debug';
import { within } from './within';

export type MessageListener = (payload: Buffer, channel: string) => void;

const debug = debugModule('socket.io-redis:subscriptions');

/** Names in one SUBSCRIBE: enough to spare commands, few enough not to hold Redis up. */
const BATCH = 1000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;
const UNSUBSCRIBE_WITHIN_MS = 1000;

interface Commands {
  isReady(): boolean;
  subscribe(names: readonly string[]): Promise<unknown>;
  unsubscribe(names: readonly string[]): Promise<unknown>;
  onError(error: unknown): void;
}

interface Subscription {
  listeners: Set<MessageListener>;
  state: 'wanted' | 'asked' | 'active';
  /** Those who wait for it to be active. */
  waiting: (() => void)[];
  /** Called instead of another try when the user's ACL forbids it. */
  onForbidden?: () => void;
}

type Entry = readonly [name: string, subscription: Subscription];

/**
 * The channels, or the patterns, that one subscriber is to hear. What is wanted is asked for as soon as the client can take
 * it, in batches gathered over a tick, again after each reconnect, and again when Redis refused.
 */
export class Subscriptions {
  readonly #commands: Commands;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #unwanted = new Set<string>();
  #flushing = false;
  #retry: NodeJS.Timeout | undefined;
  #retryIn = FIRST_RETRY_MS;
  /** Counts the connections: an answer from an earlier one says nothing about this one. */
  #connection = 0;

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  deliver(name: string, payload: Buffer, channel: string): void {
    const subscription = this.#subscriptions.get(name);
    if (!subscription) return;
    for (const listener of subscription.listeners) listener(payload, channel);
  }

  /** @returns once all of the names are active */
  async add(names: readonly string[], listener: MessageListener): Promise<void> {
    const waits = names.map((name) => this.#addOne(name, listener));
    this.#flushSoon();
    await Promise.all(waits);
  }

  /** @returns true once the name is active; false when the user's ACL forbids it, and then it is not wanted any more */
  async addIfPermitted(name: string, listener: MessageListener): Promise<boolean> {
    const active = this.add([name], listener).then(() => true);
    const forbidden = new Promise<boolean>((resolve) => {
      const subscription = this.#subscriptions.get(name);
      if (!subscription || subscription.state === 'active') return;
      subscription.onForbidden = () => {
        this.#subscriptions.delete(name);
        resolve(false);
      };
    });
    return Promise.race([active, forbidden]);
  }

  /** @returns once Redis has been told of those that nobody wants any more */
  async remove(names: readonly string[], listener: MessageListener): Promise<void> {
    for (const name of names) {
      const subscription = this.#subscriptions.get(name);
      subscription?.listeners.delete(listener);
      if (subscription?.listeners.size !== 0) continue;
      this.#subscriptions.delete(name);
      for (const done of subscription.waiting) done();
      if (subscription.state !== 'wanted') this.#unwanted.add(name);
    }
    await this.#unsubscribe();
  }

  /**
   * The client has a new connection: asks for everything again. Redis takes what it already has as no change.
   *
   * @returns once Redis has been told what is not wanted any more
   */
  async resubscribe(): Promise<void> {
    this.#connection += 1;
    this.#retryIn = FIRST_RETRY_MS;
    for (const subscription of this.#subscriptions.values()) subscription.state = 'wanted';
    this.#flushSoon();
    await this.#unsubscribe();
  }

  /** Lets go of whoever waits. @returns whether Redis has still to be told what is not wanted any more */
  close(): boolean {
    clearTimeout(this.#retry);
    for (const { waiting } of this.#subscriptions.values()) for (const done of waiting) done();
    this.#subscriptions.clear();
    return this.#unwanted.size > 0;
  }

  #addOne(name: string, listener: MessageListener): Promise<void> | undefined {
    let subscription = this.#subscriptions.get(name);
    if (!subscription) {
      subscription = { listeners: new Set(), state: 'wanted', waiting: [] };
      this.#subscriptions.set(name, subscription);
    }
    subscription.listeners.add(listener);
    if (subscription.state === 'active') return undefined;
    const { waiting } = subscription;
    return new Promise((resolve) => waiting.push(resolve));
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const wanted = [...this.#subscriptions].filter(([, { state }]) => state === 'wanted');
    if (wanted.length === 0) return;
    if (!this.#commands.isReady()) {
      // most clients tell when they are ready, but node-redis' Cluster has no such event
      this.#retryLater();
      return;
    }
    for (let start = 0; start < wanted.length; start += BATCH) void this.#ask(wanted.slice(start, start + BATCH));
  }

  async #ask(entries: readonly Entry[]): Promise<void> {
    const connection = this.#connection;
    for (const [, subscription] of entries) subscription.state = 'asked';
    try {
      await this.#commands.subscribe(entries.map(([name]) => name));
    } catch (error) {
      if (connection === this.#connection) this.#onRefusal(entries, error);
      return;
    }
    if (connection !== this.#connection) return;
    this.#retryIn = FIRST_RETRY_MS;
    for (const [, subscription] of entries) {
      subscription.state = 'active';
      for (const done of subscription.waiting.splice(0)) done();
    }
  }

  #onRefusal(entries: readonly Entry[], error: unknown): void {
    debug('could not subscribe to %d names: %s', entries.length, error);
    const wanted = entries.filter(([name, subscription]) => this.#subscriptions.get(name) === subscription);
    const [first] = wanted;
    if (!first) return;
    if (entries.length > 1) {
      // one name that is refused must not keep the others from being heard
      for (const entry of wanted) void this.#ask([entry]);
      return;
    }
    const [, subscription] = first;
    if (subscription.onForbidden && isForbidden(error)) {
      subscription.onForbidden();
      return;
    }
    subscription.state = 'wanted';
    this.#commands.onError(error);
    this.#retryLater();
  }

  async #unsubscribe(): Promise<void> {
    // whatever else leaves in this tick travels along
    await Promise.resolve();
    // clients subscribe by themselves again to what they had: so it is said once they are back
    if (!this.#commands.isReady()) return;
    const names = [...this.#unwanted].filter((name) => !this.#subscriptions.has(name));
    this.#unwanted.clear();
    if (names.length === 0) return;
    try {
      // a Redis that is frozen must not hold up those who close
      await within(UNSUBSCRIBE_WITHIN_MS, this.#commands.unsubscribe(names));
    } catch (error) {
      // the connection went away, and the subscriptions with it
      debug('could not unsubscribe from %d names: %s', names.length, error);
    }
  }

  #retryLater(): void {
    if (this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#flush();
    }, this.#retryIn);
    this.#retry.unref();
    this.#retryIn = Math.min(2 * this.#retryIn, LAST_RETRY_MS);
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOPERM');
}
