import debugModule from 'debug';
import { PublishQueueFullError, RequestTimeoutError } from '../errors';
import type { Connectivity } from '../redis/pub-sub';
import type { Request } from '../wire/messages';
import { type Counters, emptyStats } from './stats';
import { type DroppedKind, type RequestOutcome, type TelemetryMessage, tell } from './telemetry';

const debug = debugModule('socket.io-redis:node');

/** Keeps a node's counters, and tells of each event through `node:diagnostics_channel`. */
export class Accounts {
  readonly counters: Counters = emptyStats();
  readonly #node: TelemetryMessage;

  constructor(node: TelemetryMessage) {
    this.#node = node;
  }

  published(channel: string, payload: string | Buffer): void {
    this.counters.published += 1;
    tell('published', this.#node, () => ({ channel, bytes: Buffer.byteLength(payload) }));
  }

  lost(channel: string, error: Error): void {
    this.counters.unpublished += 1;
    if (error instanceof PublishQueueFullError) this.counters.overflowed += 1;
    debug('could not publish to %s: %s', channel, error);
    tell('lost', this.#node, () => ({ channel, error }));
  }

  received(): void {
    this.counters.received += 1;
    tell('received', this.#node, () => ({}));
  }

  echo(): void {
    this.counters.echoes += 1;
    tell('echo', this.#node, () => ({}));
  }

  /** Takes note of a payload that no peer would send. */
  dropped(kind: DroppedKind, reason: unknown): void {
    this.counters.malformed[kind] += 1;
    tell('dropped', this.#node, () => ({ channel: kind, reason }));
    debug('dropped a malformed %s in %s: %s', kind, this.#node.nsp, reason);
  }

  /** Takes note of a payload that was not even read. */
  oversized(bytes: number): void {
    this.counters.oversized += 1;
    debug('dropped a message of %d bytes in %s', bytes, this.#node.nsp);
  }

  /** Something came once more, and was dropped. */
  repeated(): void {
    this.counters.repeated += 1;
  }

  /** A request was not even sent. */
  refused(): void {
    this.counters.refused += 1;
  }

  /** @param error - what a request ended with, if not with an answer @param duration - how long it took, in ms */
  request({ type }: Request, error: Error | undefined, duration: number): void {
    const outcome = outcomeOf(error);
    this.counters.requests[outcome] += 1;
    tell('request', this.#node, () => ({ type, outcome, duration }));
  }

  /** @returns a function that ends it */
  follow(connectivity: Connectivity): () => void {
    return connectivity.listen({
      degraded: (outage) => tell('degraded', this.#node, () => outage),
      restored: (end) => tell('restored', this.#node, () => end),
      reconnected: () => {
        this.counters.reconnects += 1;
        tell('reconnected', this.#node, () => ({}));
      },
    });
  }
}

function outcomeOf(error: Error | undefined): RequestOutcome {
  if (error === undefined) return 'answered';
  return error instanceof RequestTimeoutError ? 'timedOut' : 'failed';
}
