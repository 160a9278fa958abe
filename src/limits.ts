import { InvalidOptionError } from './errors';

/** What keeps a node's memory bounded, whatever its peers or Redis do. All of it since 7.0. */
export interface LimitOptions {
  /**
   * How large a message from Redis may be, in bytes, from 1024 on: a larger one is dropped unread, and counted in
   * `stats().oversized`. A node's answer to `fetchSockets()` is one message. Default 67108864 (64 MiB).
   */
  maxPayloadBytes?: number;
  /**
   * How many requests of a namespace may wait for their answers at once, from 1 on; one more is refused with a
   * `TooManyRequestsError`, and counted in `stats().refused`. Default 10000.
   */
  maxPendingRequests?: number;
  /**
   * How much may wait for Redis on a pair of clients, while it is slow or away, in bytes, from 1024 on: what would exceed it is
   * given up, the newest first, and counted in `stats().overflowed`; a `PublishQueueFullError` tells so once. Local clients
   * get it all the same. Default 67108864 (64 MiB), which is about 80,000 small messages.
   */
  maxQueuedBytes?: number;
}

export type Limits = Required<LimitOptions>;

const DEFAULTS: Limits = { maxPayloadBytes: 2 ** 26, maxPendingRequests: 10_000, maxQueuedBytes: 2 ** 26 };
const LEAST: Limits = { maxPayloadBytes: 1024, maxPendingRequests: 1, maxQueuedBytes: 1024 };

export const LIMITS = Object.keys(DEFAULTS) as (keyof Limits)[];

/** @throws {InvalidOptionError} */
export function readLimits(options: LimitOptions): Limits {
  const read = (name: keyof Limits) => readCount(name, options[name], DEFAULTS[name], LEAST[name]);
  return {
    maxPayloadBytes: read('maxPayloadBytes'),
    maxPendingRequests: read('maxPendingRequests'),
    maxQueuedBytes: read('maxQueuedBytes'),
  };
}

/** @throws {InvalidOptionError} */
export function readCount(option: string, count: unknown, byDefault: number, least = 1): number {
  if (count === undefined || count === null) return byDefault;
  if (typeof count !== 'number' || !(count >= least)) {
    throw new InvalidOptionError(option, `a number from ${least} on`, count);
  }
  return count;
}

/** The longest delay of a timer in Node.js. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** @throws {InvalidOptionError} */
export function readMilliseconds(option: string, value: unknown, byDefault: number): number {
  if (value === undefined || value === null) return byDefault;
  if (typeof value !== 'number' || !(value >= 1 && value <= MAX_TIMEOUT_MS)) {
    throw new InvalidOptionError(option, `a number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`, value);
  }
  return value;
}
