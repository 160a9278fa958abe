import { SubscriptionLimitError } from '../errors';
import type { MessageListener, PubSub } from '../redis/pub-sub';
import type { Room } from '../wire/messages';
import { within } from '../within';

/** A room that empties and fills again within this time keeps its subscription. */
const LINGER_MS = 1000;
/** Those that emptied so much later at most are given up together. */
const TOGETHER_MS = 100;

export interface RoomChannelsSettings {
  pubSub: PubSub;
  /** The channel of just this room; undefined when its broadcasts go to the namespace's. */
  channelOf(room: Room): string | undefined;
  /** The rooms that have local members. */
  rooms(): readonly string[];
  /** The namespace's own channel, if it is to be heard here as well. */
  always: readonly string[];
  /** A pattern that matches all of these channels; undefined where there are no patterns. */
  pattern: string | undefined;
  /** How many subscriptions the connection may have before the pattern is used instead. */
  maxSubscriptions: number;
  /** How long those who join wait for Redis at most, in milliseconds. */
  patience: number;
  onMessage: MessageListener;
  onError(error: Error): void;
}

interface Batch {
  channels: Set<string>;
  done: Promise<void>;
}

/** Hears the broadcasts for those rooms only that have members on this node: a channel a room. */
export class RoomChannels {
  readonly #settings: RoomChannelsSettings;
  /** The channels of rooms without members, and since when, by `performance.now()`; the oldest first. */
  readonly #leaving = new Map<string, number>();
  #lingering: NodeJS.Timeout | undefined;
  #batch: Batch | undefined;
  /** Fulfilled once the pattern is heard, in place of the channels. */
  #pattern: Promise<void> | undefined;
  /** Whether Redis has still to answer to PSUBSCRIBE: the channels are given up when it does, so they must not be taken back before. */
  #patternAsked = false;
  #patternForbidden = false;
  #closed = false;
  /** Whether channels and the pattern may be heard at once: Redis then sends a message twice, the second time right after. */
  #overlap = false;
  #last: { channel: string; payload: Buffer } | undefined;
  readonly #onMessage: MessageListener = (payload, channel) => {
    if (this.#overlap) this.#last = { channel, payload };
    this.#settings.onMessage(payload, channel);
  };
  readonly #onPatternMessage: MessageListener<Buffer> = (payload, name) => {
    const channel = name.toString();
    const last = this.#last;
    this.#last = undefined;
    if (last?.channel === channel && last.payload.equals(payload)) return;
    this.#settings.onMessage(payload, channel);
  };

  constructor(settings: RoomChannelsSettings) {
    this.#settings = settings;
  }

  /** @returns once the namespace's own channel is heard */
  start(): Promise<void> {
    const { pubSub, always } = this.#settings;
    return pubSub.subscribe(always, this.#onMessage);
  }

  /**
   * The rooms have members from now on.
   *
   * @returns once they are heard, or Redis has not answered in time; undefined when they are heard already
   */
  add(rooms: Iterable<Room>): Promise<void> | undefined {
    if (this.#closed) return undefined;
    const missing: string[] = [];
    for (const room of rooms) {
      const channel = this.#settings.channelOf(room);
      if (channel === undefined) continue;
      this.#leaving.delete(channel);
      if (!this.#hears(channel)) missing.push(channel);
    }
    if (missing.length === 0) return undefined;
    if (this.#pattern) return this.#patiently(this.#pattern);
    this.#batch ??= this.#newBatch();
    for (const channel of missing) this.#batch.channels.add(channel);
    return this.#batch.done;
  }

  /** The room has no member any more. */
  remove(room: Room): void {
    const channel = this.#settings.channelOf(room);
    if (channel === undefined || this.#closed) return;
    this.#leaving.delete(channel);
    this.#leaving.set(channel, performance.now());
    this.#lingering ??= this.#linger();
  }

  async close(): Promise<void> {
    const { pubSub, always, pattern } = this.#settings;
    this.#closed = true;
    clearTimeout(this.#lingering);
    const unsubscribed = pubSub.unsubscribe(
      [...always, ...this.#roomChannels(), ...this.#leaving.keys()],
      this.#onMessage,
    );
    this.#leaving.clear();
    await Promise.all([unsubscribed, pattern && pubSub.punsubscribe(pattern, this.#onPatternMessage)]);
  }

  #hears(channel: string): boolean {
    return this.#settings.pubSub.isSubscribed(channel, this.#onMessage);
  }

  /** Those who join in one tick wait for one command. */
  #newBatch(): Batch {
    const channels = new Set<string>();
    const done = new Promise<void>((resolve) => process.nextTick(resolve)).then(() => {
      this.#batch = undefined;
      return this.#patiently(this.#subscribe([...channels]));
    });
    return { channels, done };
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    // since the rooms were joined
    if (this.#closed) return;
    const { pubSub, maxSubscriptions, pattern } = this.#settings;
    const isTooMany = pubSub.channelCount + channels.length > maxSubscriptions;
    if (isTooMany && pattern !== undefined && !this.#patternForbidden) this.#pattern ??= this.#fallBack(pattern);
    await (this.#pattern ?? pubSub.subscribe(channels, this.#onMessage));
  }

  /** Hears the pattern in place of the channels. */
  async #fallBack(pattern: string): Promise<void> {
    const { pubSub, always, maxSubscriptions, onError } = this.#settings;
    this.#overlap = true;
    this.#patternAsked = true;
    const permitted = await pubSub.psubscribeIfPermitted(pattern, this.#onPatternMessage);
    this.#patternAsked = false;
    if (this.#closed) return;
    onError(new SubscriptionLimitError(maxSubscriptions, permitted));
    if (permitted) {
      await pubSub.unsubscribe([...always, ...this.#roomChannels(), ...this.#leaving.keys()], this.#onMessage);
      // what comes from now on comes through the pattern alone
      this.#last = undefined;
      // rooms may have emptied while Redis was away
      this.#recoverIfFew();
      return;
    }
    this.#patternForbidden = true;
    this.#pattern = undefined;
    this.#overlap = false;
    await pubSub.subscribe(this.#roomChannels(), this.#onMessage);
  }

  /** Hears the channels again, in place of the pattern. */
  async #recover(pattern: string): Promise<void> {
    const { pubSub, always } = this.#settings;
    this.#pattern = undefined;
    await pubSub.subscribe([...always, ...this.#roomChannels()], this.#onMessage);
    if (this.#pattern || this.#closed) return;
    await pubSub.punsubscribe(pattern, this.#onPatternMessage);
    this.#overlap = this.#pattern !== undefined;
  }

  #roomChannels(): string[] {
    const channels = this.#settings.rooms().map((room) => this.#settings.channelOf(room));
    return channels.filter((channel) => channel !== undefined);
  }

  /** Nobody is to wait for a Redis that is away. */
  async #patiently(heard: Promise<void>): Promise<void> {
    await within(this.#settings.patience, heard);
  }

  #linger(): NodeJS.Timeout {
    const now = performance.now();
    const [oldest = now] = this.#leaving.values();
    return setTimeout(() => this.#unsubscribeLeft(), oldest + LINGER_MS + TOGETHER_MS - now).unref();
  }

  #unsubscribeLeft(): void {
    const before = performance.now() - LINGER_MS;
    const left: string[] = [];
    for (const [channel, since] of this.#leaving) {
      if (since > before) break;
      this.#leaving.delete(channel);
      left.push(channel);
    }
    void this.#settings.pubSub.unsubscribe(left, this.#onMessage);
    this.#lingering = this.#leaving.size > 0 ? this.#linger() : undefined;
    this.#recoverIfFew();
  }

  #recoverIfFew(): void {
    const { pubSub, pattern, maxSubscriptions } = this.#settings;
    if (!this.#pattern || this.#patternAsked || this.#closed || pattern === undefined) return;
    if (pubSub.channelCount + this.#settings.rooms().length < maxSubscriptions / 2) void this.#recover(pattern);
  }
}
