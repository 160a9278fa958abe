import debugModule from 'debug';
import { inBatches } from './batches';
import { isForbidden } from './forbidden';
import { ForbiddenNames } from './forbidden-names';
import { letGo, type MessageListener, type Subscription, SubscriptionTable, whenActive } from './subscription';
import { Unsubscriptions } from './unsubscriptions';
import { WantedNames } from './wanted-names';

const debug = debugModule('socket.io-redis:subscriptions');

interface Commands {
  /** See `inBatches()`. */
  isPerSlot(): boolean;
  isReady(): boolean;
  subscribe(names: readonly string[]): Promise<unknown>;
  unsubscribe(names: readonly string[]): Promise<unknown>;
  onError(error: unknown): void;
  /** Redis has been told of some that nobody wants, or cannot be. */
  onEnded?(): void;
}

type Entry<Channel> = readonly [name: string, subscription: Subscription<Channel>];

/**
 * The channels, or the patterns, that one subscriber is to hear. What is wanted is asked for as soon as the client can take
 * it, in batches gathered over a tick, again after each reconnect, and again when Redis refused.
 */
export class Subscriptions<Channel = string> {
  readonly #commands: Commands;
  readonly #subscriptions = new SubscriptionTable<Channel>();
  readonly #wanted = new WantedNames(() => this.#askForWanted());
  readonly #unwanted: Unsubscriptions;
  readonly #forbidden = new ForbiddenNames((names) => this.#want(names));
  /** How many commands Redis has still to answer. */
  #asking = 0;
  /** Counts the connections: an answer from an earlier one says nothing about this one. */
  #connection = 0;
  /** One report a connection, not one a name and try. */
  #refusalTold = false;
  #heard = false;

  constructor(commands: Commands) {
    this.#commands = commands;
    this.#unwanted = new Unsubscriptions({
      isPerSlot: () => commands.isPerSlot(),
      isReady: () => commands.isReady(),
      unsubscribe: (names) => commands.unsubscribe(names),
      isWanted: (name) => this.#subscriptions.has(name),
      onEnded: () => {
        this.#wanted.askSoon();
        commands.onEnded?.();
      },
    });
  }

  /** How many names are wanted. */
  get size(): number {
    return this.#subscriptions.size;
  }

  has(name: string): boolean {
    return this.#subscriptions.has(name);
  }

  get names(): string[] {
    return [...this.#subscriptions.keys()];
  }

  /** Likewise, and those that the client may still have, since Redis has not been told yet, or has not answered. */
  get heldNames(): string[] {
    return [...new Set([...this.names, ...this.#unwanted.names])];
  }

  /** Whether anything has come since it was last asked. */
  takeHeard(): boolean {
    const heard = this.#heard;
    this.#heard = false;
    return heard;
  }

  isActive(name: string, listener: MessageListener<Channel>): boolean {
    const subscription = this.#subscriptions.get(name);
    return subscription?.state === 'active' && subscription.listeners.includes(listener);
  }

  deliver(name: string, payload: Buffer, channel: Channel): void {
    const subscription = this.#subscriptions.get(name);
    // what the client is used for besides says nothing about what is wanted here
    if (!subscription) return;
    this.#heard = true;
    for (const listener of subscription.listeners) listener(payload, channel);
  }

  /** @returns once all of the names are active */
  async add(names: readonly string[], listener: MessageListener<Channel>): Promise<void> {
    const waits = names.map((name) => this.#addOne(name, listener));
    this.#wanted.askSoon();
    await Promise.all(waits);
  }

  /** Whether Redis forbids any of the names, and has said so of late: it answers, and would say the same on another connection. */
  forbids(names: readonly string[] = this.names): boolean {
    return this.#forbidden.areRecent && names.some((name) => this.#subscriptions.get(name)?.state === 'forbidden');
  }

  /** @returns once all of the names that are wanted now are active */
  async allActive(): Promise<void> {
    await Promise.all([...this.#subscriptions.values()].map(whenActive));
  }

  /** @returns true once the name is active; false when the user's ACL forbids it, and then it is not wanted any more */
  async addIfPermitted(name: string, listener: MessageListener<Channel>): Promise<boolean> {
    const active = this.add([name], listener).then(() => true);
    const forbidden = new Promise<boolean>((resolve) => {
      const subscription = this.#subscriptions.get(name);
      if (!subscription || subscription.state === 'active') return;
      const { onForbidden } = subscription;
      subscription.onForbidden = () => {
        // before those who wait are let go: all who asked so are told
        resolve(false);
        onForbidden?.();
        this.#forget(name);
      };
    });
    return Promise.race([active, forbidden]);
  }

  /** @returns once Redis has been told of those that nobody wants any more */
  async remove(names: readonly string[], listener: MessageListener<Channel>): Promise<void> {
    for (const name of names) {
      const subscription = this.#subscriptions.get(name);
      if (!subscription) continue;
      const listeners = subscription.listeners.filter((other) => other !== listener);
      if (listeners.length > 0) {
        this.#subscriptions.ownOf(name, subscription).listeners = listeners;
        continue;
      }
      // what has been asked for is ended once it has been answered: node-redis does not know the channel before
      if (subscription.held && subscription.state !== 'asked') this.#unwanted.add(name);
      this.#forget(name);
    }
    await this.#unwanted.tell();
  }

  /**
   * The client has a new connection: asks for everything again. Redis takes what it already has as no change.
   *
   * @returns once Redis has been told what is not wanted any more
   */
  async resubscribe(): Promise<void> {
    this.#connection += 1;
    this.#wanted.works();
    this.#refusalTold = false;
    this.#askAgain(this.#subscriptions.keys(), true);
    await this.#unwanted.tell();
  }

  /** Redis has ended subscriptions by itself, or the client has not made them again: asks for those that are wanted. */
  lost(names: Iterable<string>): void {
    this.#askAgain(names, false);
  }

  /**
   * Whether Redis has still to be told, or to answer, what is not wanted any more: node-redis takes that for subscribed until then, for
   * whoever uses the client next.
   */
  get isLeaving(): boolean {
    return this.#asking > 0 || this.#unwanted.isTelling || (this.#unwanted.size > 0 && !this.#commands.isReady());
  }

  /** Lets go of whoever waits. */
  close(): void {
    this.#wanted.close();
    this.#forbidden.close();
    this.#unwanted.close();
    for (const name of this.names) this.#forget(name);
  }

  #addOne(name: string, listener: MessageListener<Channel>): Promise<void> | undefined {
    let subscription = this.#subscriptions.get(name);
    if (!subscription) {
      const listeners = this.#subscriptions.alone(listener);
      subscription = { listeners, state: 'wanted', held: this.#unwanted.has(name), waiting: undefined };
      this.#subscriptions.set(name, subscription);
      this.#wanted.add(name);
    } else if (!subscription.listeners.includes(listener)) {
      subscription = this.#subscriptions.ownOf(name, subscription);
      subscription.listeners = [...subscription.listeners, listener];
    }
    return whenActive(subscription);
  }

  /** @param kept - whether the client still has what it had */
  #askAgain(names: Iterable<string>, kept: boolean): void {
    for (const name of names) {
      this.#unwanted.delete(name);
      this.#forbidden.delete(name);
      const subscription = this.#subscriptions.get(name);
      if (!subscription) continue;
      // a copy, so that the answer to an earlier SUBSCRIBE does not make it active
      this.#subscriptions.set(name, { ...subscription, state: 'wanted', held: kept && subscription.held });
      this.#wanted.add(name);
    }
    this.#wanted.askSoon();
  }

  #forget(name: string): void {
    const subscription = this.#subscriptions.get(name);
    this.#subscriptions.delete(name);
    this.#wanted.delete(name);
    this.#forbidden.delete(name);
    if (subscription) letGo(subscription);
  }

  #want(names: readonly string[]): void {
    for (const name of names) this.#wanted.add(name);
    this.#wanted.askSoon();
  }

  #askForWanted(): void {
    if (!this.#commands.isReady()) {
      // most clients tell when they are ready, but node-redis' Cluster has no such event
      this.#wanted.askLater();
      return;
    }
    // node-redis takes a channel for subscribed until its UNSUBSCRIBE is answered, and sends nothing
    const names = this.#wanted.take((name) => !this.#unwanted.isEnding(name));
    const entries = names.flatMap((name) => this.#entryOf(name));
    for (const batch of inBatches(entries, this.#commands.isPerSlot(), ([name]) => name)) void this.#ask(batch);
  }

  #entryOf(name: string): Entry<Channel>[] {
    const subscription = this.#subscriptions.get(name);
    return subscription ? [[name, subscription]] : [];
  }

  async #ask(entries: readonly Entry<Channel>[]): Promise<void> {
    const connection = this.#connection;
    // what is forbidden is so until Redis says otherwise
    for (const [, subscription] of entries) if (subscription.state !== 'forbidden') subscription.state = 'asked';
    this.#asking += 1;
    try {
      await this.#commands.subscribe(entries.map(([name]) => name));
    } catch (error) {
      void this.#answered(entries.filter(([, { held }]) => held));
      if (connection === this.#connection) this.#onRefusal(entries, error);
      return;
    }
    void this.#answered(entries);
    if (connection !== this.#connection) return;
    this.#wanted.works();
    for (const [name, subscription] of entries) {
      // it may have been lost since
      if (this.#subscriptions.get(name) !== subscription) continue;
      if (subscription.state === 'forbidden') this.#want(this.#forbidden.takeAll());
      subscription.state = 'active';
      subscription.held = true;
      // it was permitted: should that change, it is tried again until it is once more
      delete subscription.onForbidden;
      letGo(subscription);
      this.#subscriptions.share(name, subscription);
    }
  }

  /** Ends those that nobody wants any more. */
  async #answered(entries: readonly Entry<Channel>[]): Promise<void> {
    const forgotten = entries.filter(([name]) => !this.#subscriptions.has(name));
    for (const [name] of forgotten) this.#unwanted.add(name);
    if (forgotten.length > 0) await this.#unwanted.tell();
    this.#asking -= 1;
    this.#commands.onEnded?.();
  }

  #onRefusal(entries: readonly Entry<Channel>[], error: unknown): void {
    debug('could not subscribe to %d names: %s', entries.length, error);
    const wanted = entries.filter(([name, subscription]) => this.#subscriptions.get(name) === subscription);
    const [first] = wanted;
    if (!first) return;
    if (!this.#commands.isReady()) {
      for (const [name, subscription] of wanted) this.#askLater(name, subscription);
      return;
    }
    if (wanted.length > 1) {
      // one name that is refused must not keep the others from being heard
      const middle = wanted.length >> 1;
      void this.#ask(wanted.slice(0, middle));
      void this.#ask(wanted.slice(middle));
      return;
    }
    const [name, subscription] = first;
    if (subscription.onForbidden && isForbidden(error)) {
      subscription.onForbidden();
      return;
    }
    if (!this.#refusalTold) this.#commands.onError(error);
    this.#refusalTold = true;
    if (!isForbidden(error)) {
      this.#askLater(name, subscription);
      return;
    }
    subscription.state = 'forbidden';
    this.#forbidden.add(name);
  }

  #askLater(name: string, subscription: Subscription<Channel>): void {
    subscription.state = 'wanted';
    this.#wanted.add(name);
    this.#wanted.askLater();
  }
}
