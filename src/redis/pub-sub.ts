import { randomBytes } from 'node:crypto';
import { Moment } from '../moment';
import { Connectivity } from './connectivity';
import { NO_PATTERNS, type Publisher, type Subscriber, type Subscribing } from './driver';
import { isForbidden } from './forbidden';
import { Interruptions } from './interruptions';
import { Publishing } from './publishing';
import { inSlots, spread } from './slots';
import type { MessageListener } from './subscription';
import { Subscriptions } from './subscriptions';
import { Watchdog, type WatchdogTimes } from './watchdog';

/**
 * A Redis client of any supported library: redis 2.8 to 6, ioredis 4 to 6, with their Cluster and Sentinel clients. What they
 * have in common says little: whether it really is one is checked when it is handed over.
 */
export interface RedisClient {
  /** Sends a message to a channel. */
  publish(...args: never[]): unknown;
  /** Asks for the messages of channels. */
  subscribe(...args: never[]): unknown;
  /** Asks for them no more. */
  unsubscribe(...args: never[]): unknown;
  /** The adapter listens to errors until it is closed. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Removes a listener. */
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** How to watch over a pair of clients. */
export interface WatchdogSettings extends WatchdogTimes {
  /** Begins the names of the channels that only this pair of clients hears. */
  channel: string;
}

/** What went wrong; undefined for the connection itself. */
export type FailedCommand = 'publish' | 'subscribe' | 'psubscribe';

export type { Ability, AbilityHealth, Connectivity, Degraded, DegradedReason, Gap, Restored } from './connectivity';
export type { MessageListener, WatchdogTimes };
export { isForbidden };

export type ErrorListener = (error: Error, failed?: FailedCommand) => void;

/**
 * Routes what arrives on a pair of clients to whoever listens, with one look-up a message, and keeps the subscriptions
 * alive. All namespaces that use the same two clients share one.
 */
export class PubSub {
  /** Names the subscriber connection to other nodes. */
  readonly id: string;
  readonly connectivity = new Connectivity();
  readonly #publisher: Publisher;
  readonly #subscriber: Subscriber;
  readonly #others: () => readonly PubSub[];
  readonly #publishing: Publishing;
  readonly #channels: Subscriptions;
  readonly #patterns: Subscriptions<Buffer>;
  readonly #errorListeners = new Set<ErrorListener>();
  readonly #stopListening: () => void;
  #watchdog: Watchdog | undefined;
  #onClosed: (() => void) | undefined;
  readonly #interruptions = new Interruptions();
  /** Whether the subscriber has ever had a connection. */
  #wasConnected: boolean;

  /** @param others - who else uses the subscriber, with another publisher */
  constructor(
    publisher: Publisher,
    subscriber: Subscriber,
    clients: readonly RedisClient[],
    others: () => readonly PubSub[] = () => [],
  ) {
    this.id = others()[0]?.id ?? randomBytes(6).toString('base64url');
    this.#publisher = publisher;
    this.#subscriber = subscriber;
    this.#others = others;
    this.#wasConnected = subscriber.isReady();
    this.#publishing = new Publishing(publisher, {
      works: () => this.connectivity.works('publishing'),
      fails: (failure, isNew) => this.#onUnpublished(failure, isNew),
    });
    const isReady = () => subscriber.isReady();
    this.#channels = new Subscriptions({
      isPerSlot: () => subscriber.perSlot === true,
      ...this.#sparing(subscriber.channels, (other) => other.#channels),
      isReady,
      onError: (error) => this.#report(error, 'subscribe'),
      onEnded: () => this.#leave(),
    });
    this.#patterns = new Subscriptions({
      isPerSlot: () => false,
      ...this.#sparing(subscriber.patterns ?? NO_PATTERNS, (other) => other.#patterns),
      isReady,
      onError: (error) => this.#report(error, 'psubscribe'),
      onEnded: () => this.#leave(),
    });
    this.connectivity.listen({ restored: () => this.#interruptions.noted() });
    const stopSubscriber = subscriber.listen({
      message: (channel, payload) => this.#channels.deliver(channel, payload, channel),
      patternMessage: (pattern, channel, payload) => this.#patterns.deliver(pattern, payload, channel),
      lost: (channels) => this.#onLost(channels),
      lostIn: (slots) => this.#onLost(inSlots(this.#channels.names, slots)),
      shaken: () => {
        this.#interruptions.shaken();
        this.#watchdog?.shaken();
      },
      unsettled: () => this.#interruptions.shaken(),
      outOfStep: () => this.#watchdog?.outOfStep(),
      channels: () => this.#channels.heldNames,
      patterns: () => this.#patterns.heldNames,
      ready: () => {
        const isAnother = this.#wasConnected;
        this.#wasConnected = true;
        return this.#onConnected(isAnother);
      },
      nodeLeft: () => this.#onConnected(false, true),
    });
    const onError = (error: unknown) => this.#report(error);
    for (const client of clients) client.on('error', onError);
    this.#stopListening = () => {
      stopSubscriber();
      for (const client of clients) client.removeListener('error', onError);
    };
  }

  /** Publishes; see `Publishing.publish()`. */
  publish(
    channel: string,
    payload: string | Buffer,
    maxQueuedBytes: number,
    onSettled: (failure: Error | undefined) => void,
  ): void {
    this.#publishing.publish(channel, payload, maxQueuedBytes, onSettled);
  }

  /** Likewise, however much waits. @returns what went wrong, or undefined */
  publishAnyway(channel: string, payload: string | Buffer): Promise<Error | undefined> {
    return this.#publishing.publishAnyway(channel, payload);
  }

  /** @returns once the channels are subscribed, which can take as long as Redis is away */
  subscribe(channels: readonly string[], listener: MessageListener): Promise<void> {
    // one that an emitter was given does not tell
    this.#wasConnected ||= this.isConnected;
    return this.#channels.add(channels, listener);
  }

  unsubscribe(channels: readonly string[], listener: MessageListener): Promise<void> {
    return this.#channels.remove(channels, listener);
  }

  isSubscribed(channel: string, listener: MessageListener): boolean {
    return this.#channels.isActive(channel, listener);
  }

  /** Whether the subscriber has a connection. */
  get isConnected(): boolean {
    return this.#subscriber.isReady();
  }

  /** Whether it has heard everything since a moment, as far as is known. @param since - by `performance.now()` */
  hasHeardSince(since: number): boolean {
    return this.isConnected && !this.#interruptions.anySince(since) && this.connectivity.outage === undefined;
  }

  /** How many channels are subscribed, or are to be. */
  get channelCount(): number {
    return this.#channels.size;
  }

  /**
   * The listener gets only what came through this very pattern, however many others match the channel too.
   *
   * @returns once the pattern is subscribed
   */
  psubscribe(pattern: string, listener: MessageListener<Buffer>): Promise<void> {
    return this.#patterns.add([pattern], listener);
  }

  /** @returns true once the pattern is subscribed; false when the user's ACL forbids it, and then it is given up */
  psubscribeIfPermitted(pattern: string, listener: MessageListener<Buffer>): Promise<boolean> {
    return this.#patterns.addIfPermitted(pattern, listener);
  }

  punsubscribe(pattern: string, listener: MessageListener<Buffer>): Promise<void> {
    return this.#patterns.remove([pattern], listener);
  }

  countSubscribers(channels: readonly string[]): Promise<number[]> {
    return this.#publisher.countSubscribers(channels);
  }

  listChannels(pattern: string): Promise<string[]> {
    return this.#publisher.listChannels(pattern);
  }

  onError(listener: ErrorListener): () => void {
    this.#errorListeners.add(listener);
    return () => this.#errorListeners.delete(listener);
  }

  /**
   * Begins to watch over the clients, unless that is done already.
   *
   * @param isReachable - whether Redis takes a message on a new connection
   */
  watch({ channel, ...times }: WatchdogSettings, isReachable: (channel: string) => Promise<boolean>): void {
    const subscriber = this.#subscriber;
    const own = `${channel}${this.id}`;
    const probes = subscriber.perSlot ? spread(own) : [own];
    this.#watchdog ??= new Watchdog(
      {
        channels: this.#channels,
        patterns: this.#patterns,
        connectivity: this.connectivity,
        probes,
        isReady: () => subscriber.isReady(),
        publish: (channel, payload) => this.publishAnyway(channel, payload),
        countSubscribers: (channels) => this.countSubscribers(channels),
        takeAnswered: () => this.#publishing.takeAnswered(),
        isReachable: () => isReachable(own),
        resubscribe: () => this.#recover(),
        reconnect: async (client, isWanted) => {
          const reconnecting = (client === 'publisher' ? this.#publisher : subscriber).reconnect(isWanted);
          if (!reconnecting) return;
          this.connectivity.reconnected();
          await reconnecting;
          if (client === 'subscriber') await this.#recover();
        },
      },
      times,
    );
  }

  /**
   * Takes its listeners off the clients. The clients themselves stay as they are. When Redis is away, or slow, it waits for it to end the
   * subscriptions, since the client would make them again, and others count this node by them.
   *
   * @param onClosed - called when no listener is left
   */
  close(onClosed: () => void): void {
    void this.#watchdog?.stop();
    this.#watchdog = undefined;
    this.#onClosed = () => {
      // a client that has just come back would call it again
      this.#onClosed = undefined;
      this.#stopListening();
      onClosed();
    };
    this.#channels.close();
    this.#patterns.close();
    this.#leave();
  }

  /** Goes on after all, if it still waits for Redis. */
  reopen(): void {
    this.#onClosed = undefined;
  }

  /** Takes from nobody else what a client hears for all who use it. */
  #sparing(all: Subscribing, of: (pubSub: PubSub) => { has(name: string): boolean }): Subscribing {
    return {
      subscribe: (names) => all.subscribe(names),
      unsubscribe: async (names) => {
        const others = this.#subscriber.endsForAll ? this.#others().filter((other) => other !== this) : [];
        const ended = names.filter((name) => !others.some((other) => of(other).has(name)));
        if (ended.length > 0) await all.unsubscribe(ended);
      },
    };
  }

  /** @param isAnother - whether the subscriber was without a connection before @param missed - whether anything may have been missed */
  async #onConnected(isAnother: boolean, missed = isAnother): Promise<void> {
    const told = missed ? this.#recover() : this.#resubscribe();
    this.#watchdog?.connected(isAnother);
    await told;
    this.#leave();
  }

  /** Once nobody wants anything any more, and Redis knows it. */
  #leave(): void {
    if (!this.#channels.isLeaving && !this.#patterns.isLeaving) this.#onClosed?.();
  }

  async #resubscribe(): Promise<void> {
    await Promise.all([this.#channels.resubscribe(), this.#patterns.resubscribe()]);
  }

  /** The same when messages may have been missed. */
  #recover(): Promise<void> {
    const told = this.#resubscribe();
    this.#interrupted();
    return told;
  }

  #onLost(channels: readonly string[]): void {
    this.#channels.lost(channels);
    this.#interrupted();
  }

  /** What is to be heard is made anew. */
  #interrupted(): void {
    void this.#interruptions.until(() => this.#channels.allActive());
  }

  #onUnpublished(failure: Error, isNew: boolean): void {
    // one report an outage, not one a message
    if (isNew) this.#report(failure, 'publish');
    // where nobody watches, nobody knows when it last worked
    const since = this.#watchdog?.watches ? undefined : new Moment();
    if (!isForbidden(failure)) this.connectivity.fails('publishing', 'publishing', since);
  }

  #report(reason: unknown, failed?: FailedCommand): void {
    for (const listener of [...this.#errorListeners]) listener(toError(reason), failed);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
