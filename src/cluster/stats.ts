/** What a node has sent and received since it began. */
export interface AdapterStats {
  /** Messages handed to Redis: broadcasts, requests and responses. */
  published: number;
  /** Of these, the messages that the Redis client could not send. */
  unpublished: number;
  /** Broadcasts of other nodes that were delivered to sockets of this one. */
  received: number;
  /** Payloads that no peer would send, by the channel that they came on. */
  malformed: { broadcast: number; request: number; response: number };
}

export function emptyStats(): AdapterStats {
  return { published: 0, unpublished: 0, received: 0, malformed: { broadcast: 0, request: 0, response: 0 } };
}
