import { randomBytes } from 'node:crypto';
import { PublishQueueFullError } from '../errors';
import { Connectivity } from './connectivity';
import { isForbidden } from './forbidden';
import { spread } from './slots';
import { type MessageListener, Subscriptions } from './subscriptions';
import { Watchdog, type WatchdogTimes } from './watchdog';

/**
 * What the cluster needs from Redis, whatever the client library: messages at most once, in the order in which one
 * publisher sent them, on channels and patterns.
 */

/** One client library's way to publish. */
export interface Publisher {
  publish(channel: string, payload: string | Buffer): Promise<unknown>;
  /** How many connections are subscribed to each channel, over every node of a Cluster; in the channels' order. */
  countSubscribers(channels: readonly string[]): Promise<number[]>;
  /** The channels with subscribers that a pattern matches, over every node of a Cluster. */
  listChannels(pattern: string): Promise<string[]>;
  /** Ends the connections, and makes others; what was not answered fails. @param isWanted - false to give up */
  reconnect(isWanted: () => boolean): Promise<unknown>;
}

/** One client library's way to subscribe. */
export interface Subscriber {
  /** False when a subscription made now would fail or harm the client; `events.ready` follows, where the library has it. */
  isReady(): boolean;
  /** Whether channels of different slots can be heard on different connections. */
  readonly perSlot?: boolean;
  readonly channels: Subscribing;
  /** Sharded Pub/Sub has none. */
  readonly patterns?: Subscribing;
  /** Starts to listen to the client. @returns a function that removes every listener again */
  listen(events: SubscriberEvents): () => void;
  /** Likewise. @returns once it is connected, or `events.ready` will tell */
  reconnect(isWanted: () => boolean): Promise<unknown>;
}

/** The names given are many, in one command where the library can. */
export interface Subscribing {
  subscribe(names: readonly string[]): Promise<unknown>;
  unsubscribe(names: readonly string[]): Promise<unknown>;
}

export interface SubscriberEvents {
  message(channel: string, payload: Buffer): void;
  patternMessage(pattern: string, channel: string, payload: Buffer): void;
  /** The client has a new connection. What was subscribed may have to be subscribed again. */
  ready(): unknown;
  /** Redis has ended subscriptions by itself, and the client does not make them again. */
  lost(channels: readonly string[]): void;
  /** One of several connections has failed. Nobody tells whether it is the one that messages come on. */
  shaken(): void;
}

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
  readonly id = randomBytes(6).toString('base64url');
  readonly connectivity = new Connectivity();
  readonly #publisher: Publisher;
  readonly #subscriber: Subscriber;
  readonly #channels: Subscriptions;
  readonly #patterns: Subscriptions;
  readonly #errorListeners = new Set<ErrorListener>();
  readonly #stopListening: () => void;
  /** Undefined until the first message. */
  #publishing: boolean | undefined;
  #queuedBytes = 0;
  #answered = false;
  #watchdog: Watchdog | undefined;
  #onClosed: (() => void) | undefined;

  constructor(publisher: Publisher, subscriber: Subscriber, clients: readonly RedisClient[]) {
    this.#publisher = publisher;
    this.#subscriber = subscriber;
    const isReady = () => subscriber.isReady();
    this.#channels = new Subscriptions({
      ...subscriber.channels,
      isReady,
      onError: (error) => this.#report(error, 'subscribe'),
    });
    this.#patterns = new Subscriptions({
      ...(subscriber.patterns ?? NO_PATTERNS),
      isReady,
      onError: (error) => this.#report(error, 'psubscribe'),
    });
    const stopSubscriber = subscriber.listen({
      message: (channel, payload) => this.#channels.deliver(channel, payload, channel),
      patternMessage: (pattern, channel, payload) => this.#patterns.deliver(pattern, payload, channel),
      lost: (channels) => this.#channels.lost(channels),
      shaken: () => this.#watchdog?.shaken(),
      ready: async () => {
        const told = this.#resubscribe();
        this.#watchdog?.connected();
        await told;
        this.#onClosed?.();
      },
    });
    const onError = (error: unknown) => this.#report(error);
    for (const client of clients) client.on('error', onError);
    this.#stopListening = () => {
      stopSubscriber();
      for (const client of clients) client.removeListener('error', onError);
    };
  }

  /** What has been published and Redis has not answered yet, in bytes. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Publishes, and never throws: a message that cannot be sent is lost, as Pub/Sub has it.
   *
   * @param maxQueuedBytes - when more than that waits already, the message is given up at once
   * @param onSettled - called with what went wrong, or undefined
   */
  publish(
    channel: string,
    payload: string | Buffer,
    maxQueuedBytes: number,
    onSettled: (failure: Error | undefined) => void,
  ): void {
    const bytes = payload.length + QUEUED_OVERHEAD;
    if (this.#queuedBytes + bytes > maxQueuedBytes) {
      const failure = new PublishQueueFullError(maxQueuedBytes);
      this.#onUnpublished(failure);
      onSettled(failure);
      return;
    }
    this.#queuedBytes += bytes;
    this.#tryToPublish(channel, payload).then(
      () => {
        this.#queuedBytes -= bytes;
        this.#onPublished();
        onSettled(undefined);
      },
      (reason) => {
        this.#queuedBytes -= bytes;
        const failure = toError(reason);
        this.#onUnpublished(failure);
        onSettled(failure);
      },
    );
  }

  /** Likewise, however much waits. @returns what went wrong, or undefined */
  publishAnyway(channel: string, payload: string | Buffer): Promise<Error | undefined> {
    return new Promise((resolve) => this.publish(channel, payload, Number.POSITIVE_INFINITY, resolve));
  }

  #tryToPublish(channel: string, payload: string | Buffer): Promise<unknown> {
    try {
      return this.#publisher.publish(channel, asBytesIfLong(payload));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #onPublished(): void {
    this.#answered = true;
    if (!this.#publishing) this.connectivity.works('publishing');
    this.#publishing = true;
  }

  #onUnpublished(failure: Error): void {
    // one report an outage, not one a message
    if (this.#publishing !== false) this.#report(failure, 'publish');
    this.#publishing = false;
    // without a watchdog nobody knows when it last worked
    const since = this.#watchdog ? undefined : Date.now();
    if (!isForbidden(failure)) this.connectivity.fails('publishing', 'publishing', since);
  }

  /** @returns once the channels are subscribed, which can take as long as Redis is away */
  subscribe(channels: readonly string[], listener: MessageListener): Promise<void> {
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

  /** How many channels are subscribed, or are to be. */
  get channelCount(): number {
    return this.#channels.size;
  }

  /**
   * The listener gets only what came through this very pattern, however many others match the channel too.
   *
   * @returns once the pattern is subscribed
   */
  psubscribe(pattern: string, listener: MessageListener): Promise<void> {
    return this.#patterns.add([pattern], listener);
  }

  /** @returns true once the pattern is subscribed; false when the user's ACL forbids it, and then it is given up */
  psubscribeIfPermitted(pattern: string, listener: MessageListener): Promise<boolean> {
    return this.#patterns.addIfPermitted(pattern, listener);
  }

  punsubscribe(pattern: string, listener: MessageListener): Promise<void> {
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
        takeAnswered: () => {
          const answered = this.#answered;
          this.#answered = false;
          return answered;
        },
        isReachable: () => isReachable(own),
        resubscribe: () => this.#resubscribe(),
        reconnect: async (client, isWanted) => {
          this.connectivity.reconnected();
          if (client === 'publisher') await this.#publisher.reconnect(isWanted);
          else await subscriber.reconnect(isWanted).then(() => this.#resubscribe());
        },
      },
      times,
    );
  }

  /**
   * Takes its listeners off the clients. The clients themselves stay as they are. When Redis is away, it waits for it to end the
   * subscriptions, since the client would make them again, and others count this node by them.
   *
   * @param onClosed - called when no listener is left
   */
  close(onClosed: () => void): void {
    void this.#watchdog?.stop();
    this.#watchdog = undefined;
    this.#onClosed = () => {
      this.#stopListening();
      onClosed();
    };
    const left = [this.#channels.close(), this.#patterns.close()];
    if (!left.includes(true)) this.#onClosed();
  }

  /** Goes on after all, if it still waits for Redis. */
  reopen(): void {
    this.#onClosed = undefined;
  }

  async #resubscribe(): Promise<void> {
    await Promise.all([this.#channels.resubscribe(), this.#patterns.resubscribe()]);
  }

  #report(reason: unknown, failed?: FailedCommand): void {
    for (const listener of [...this.#errorListeners]) listener(toError(reason), failed);
  }
}

/** What a client keeps for a message besides its payload: an estimate, in bytes. */
const QUEUED_OVERHEAD = 512;

/** A longer text is given to clients as bytes: they would copy and count it several times (measured, on answers to `fetchSockets()`). */
const LONG_TEXT = 4096;

const NO_PATTERNS: Subscribing = {
  subscribe: () => Promise.reject(new Error('sharded Pub/Sub has no patterns')),
  unsubscribe: () => Promise.resolve(),
};

function asBytesIfLong(payload: string | Buffer): string | Buffer {
  return typeof payload === 'string' && payload.length >= LONG_TEXT ? Buffer.from(payload) : payload;
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
