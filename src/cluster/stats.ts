/** What a node has sent and received since it began, and what it holds. */
export interface AdapterStats extends Counters {
  /** The channels that its connection is subscribed to, those of other namespaces included; patterns are not counted. */
  subscriptions: number;
}

export interface Counters {
  /** Messages handed to Redis: broadcasts, requests and responses. */
  published: number;
  /** Of these, the messages that the Redis client could not send. */
  unpublished: number;
  /** Broadcasts of other nodes that were delivered to sockets of this one. */
  received: number;
  /** Broadcasts of this node itself that came back. */
  echoes: number;
  /** What the requests of this node came to; those that an error ended otherwise are `failed`. */
  requests: { answered: number; timedOut: number; failed: number };
  /** How often the watchdog made a client of this node connect anew. */
  reconnects: number;
  /** Payloads that no peer would send, by the channel that they came on. */
  malformed: { broadcast: number; request: number; response: number };
}

export function emptyStats(): Counters {
  return {
    published: 0,
    unpublished: 0,
    received: 0,
    echoes: 0,
    requests: { answered: 0, timedOut: 0, failed: 0 },
    reconnects: 0,
    malformed: { broadcast: 0, request: 0, response: 0 },
  };
}
