/** What a node has sent and received since it began, and what it holds. */
export interface AdapterStats extends Counters {
  /** The channels that its connection is subscribed to, those of other namespaces included; patterns are not counted. */
  subscriptions: number;
}

export interface Counters {
  /** Messages handed to Redis: broadcasts, requests and responses. */
  published: number;
  /** Of these, the messages that were not sent, for any reason. */
  unpublished: number;
  /** Of these, the messages that were given up since too much waited for Redis already (the option `maxQueuedBytes`). */
  overflowed: number;
  /** Requests that were refused since too many waited already (the option `maxPendingRequests`). */
  refused: number;
  /** Broadcasts of other nodes that were delivered to sockets of this one. */
  received: number;
  /** Broadcasts, requests and events for servers that came once more, and were dropped: a client may send one again when its connection has ended. */
  repeated: number;
  /**
   * Broadcasts of other nodes of this package that never came, for this node's sockets or not: while its connection was away, for
   * instance. Only where all of the namespace's are heard, in the mode `static`.
   */
  missed: number;
  /** Payloads that were dropped unread since they were larger than the option `maxPayloadBytes`. */
  oversized: number;
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
    overflowed: 0,
    refused: 0,
    received: 0,
    repeated: 0,
    missed: 0,
    oversized: 0,
    echoes: 0,
    requests: { answered: 0, timedOut: 0, failed: 0 },
    reconnects: 0,
    malformed: { broadcast: 0, request: 0, response: 0 },
  };
}
