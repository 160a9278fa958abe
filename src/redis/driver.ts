/*
 * What a client library has to offer, so that the cluster gets from Redis what it needs: messages at most once, in the order in which
 * one publisher sent them, on channels and patterns.
 */

/** One client library's way to publish. */
export interface Publisher {
  publish(channel: string, payload: string | Buffer): Promise<unknown>;
  /** How many connections are subscribed to each channel, over every node of a Cluster; in the channels' order. */
  countSubscribers(channels: readonly string[]): Promise<number[]>;
  /** The channels with subscribers that a pattern matches, over every node of a Cluster. */
  listChannels(pattern: string): Promise<string[]>;
  /**
   * Ends the connections, and makes others; what was not answered fails.
   *
   * @param isWanted - false to give up
   * @returns undefined when there are none to end
   */
  reconnect(isWanted: () => boolean): Promise<unknown> | undefined;
}

/** One client library's way to subscribe. */
export interface Subscriber {
  /** False when a subscription made now would fail or harm the client; `events.ready` follows, where the library has it. */
  isReady(): boolean;
  /**
   * Whether channels of different slots of a Cluster can be heard on different connections: then those that are given to `subscribe()` and
   * `unsubscribe()` are of one slot.
   */
  readonly perSlot?: boolean;
  /** Whether the client has no listeners of its own for each name, so that who unsubscribes does so for all who use it. */
  readonly endsForAll?: boolean;
  readonly channels: Subscribing;
  /** Sharded Pub/Sub has none. */
  readonly patterns?: Subscribing;
  /** Starts to listen to the client. @returns a function that removes every listener again */
  listen(events: SubscriberEvents): () => void;
  /** Likewise. @returns once it is connected, or `events.ready` will tell */
  reconnect(isWanted: () => boolean): Promise<unknown> | undefined;
}

/** The names given are many, in one command where the library can. */
export interface Subscribing {
  subscribe(names: readonly string[]): Promise<unknown>;
  unsubscribe(names: readonly string[]): Promise<unknown>;
}

export interface SubscriberEvents {
  message(channel: string, payload: Buffer): void;
  patternMessage(pattern: string, channel: Buffer, payload: Buffer): void;
  /** The client has a new connection: what was subscribed may have to be subscribed again, and messages may have been missed. */
  ready(): unknown;
  /** A node of a Cluster has left. What was subscribed there may have to be subscribed again. */
  nodeLeft(): unknown;
  /** Redis has ended subscriptions by itself, and the client does not make them again. */
  lost(channels: readonly string[]): void;
  /** Likewise, it may be, all that belong to these slots of a Cluster. */
  lostIn(slots: ReadonlySet<number>): void;
  /** One of several connections has failed. Nobody tells whether it is the one that messages come on. */
  shaken(): void;
  /** Likewise, where the client makes another by itself, and subscribes there. */
  unsettled(): void;
  /** The client has lost track of what is subscribed: only new connections bring that back. */
  outOfStep(): void;
  /** The names that are subscribed, or are to be, or have been until now: others are none of ours. */
  channels(): readonly string[];
  patterns(): readonly string[];
}

/** For a subscriber without them. */
export const NO_PATTERNS: Subscribing = {
  subscribe: () => Promise.reject(new Error('sharded Pub/Sub has no patterns')),
  unsubscribe: () => Promise.resolve(),
};
