import { randomBytes } from 'node:crypto';
import { PublishQueueFullError } from '../errors';
import { type MessageListener, Subscriptions } from './subscriptions';

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
}

/** One client library's way to subscribe. */
export interface Subscriber {
  /** False when a subscription made now would fail or harm the client; `events.ready` follows, where the library has it. */
  isReady(): boolean;
  readonly channels: Subscribing;
  /** Sharded Pub/Sub has none. */
  readonly patterns?: Subscribing;
  /** Starts to listen to the client. @returns a function that removes every listener again */
  listen(events: SubscriberEvents): () => void;
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
}

/**
 * A Redis client of any supported library: redis 2.8 to 6, ioredis 4 to 6, with their Cluster and Sentinel clients. What they
 * have in common says little: whether it really is one is checked when it is handed over.
 */
export interface RedisClient {
  publish(...args: never[]): unknown;
  subscribe(...args: never[]): unknown;
  unsubscribe(...args: never[]): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** What went wrong; undefined for the connection itself. */
export type FailedCommand = 'publish' | 'subscribe' | 'psubscribe';

export { isForbidden } from './forbidden';
export type { MessageListener };

export type ErrorListener = (error: Error, failed?: FailedCommand) => void;

/**
 * Routes what arrives on a pair of clients to whoever listens, with one look-up a message, and keeps the subscriptions
 * alive. All namespaces that use the same two clients share one.
 */
export class PubSub {
  /** Names the subscriber connection to other nodes. */
  readonly id = randomBytes(6).toString('base64url');
  readonly #publisher: Publisher;
  readonly #channels: Subscriptions;
  readonly #patterns: Subscriptions;
  readonly #errorListeners = new Set<ErrorListener>();
  readonly #stopListening: () => void;
  #publishing = true;
  #queuedBytes = 0;
  #onClosed: (() => void) | undefined;

  constructor(publisher: Publisher, subscriber: Subscriber, clients: readonly RedisClient[]) {
    this.#publisher = publisher;
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
      ready: async () => {
        await Promise.all([this.#channels.resubscribe(), this.#patterns.resubscribe()]);
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
        this.#publishing = true;
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

  #tryToPublish(channel: string, payload: string | Buffer): Promise<unknown> {
    try {
      return this.#publisher.publish(channel, payload);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #onUnpublished(failure: Error): void {
    // one report an outage, not one a message
    if (this.#publishing) this.#report(failure, 'publish');
    this.#publishing = false;
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
   * Takes its listeners off the clients. The clients themselves stay as they are. When Redis is away, it waits for it to end the
   * subscriptions, since the client would make them again, and others count this node by them.
   *
   * @param onClosed - called when no listener is left
   */
  close(onClosed: () => void): void {
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

  #report(reason: unknown, failed?: FailedCommand): void {
    for (const listener of [...this.#errorListeners]) listener(toError(reason), failed);
  }
}

/** What a client keeps for a message besides its payload: an estimate, in bytes. */
const QUEUED_OVERHEAD = 512;

const NO_PATTERNS: Subscribing = {
  subscribe: () => Promise.reject(new Error('sharded Pub/Sub has no patterns')),
  unsubscribe: () => Promise.resolve(),
};

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
