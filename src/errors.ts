import { messageOf } from './message-of';

/**
 * The errors a user can meet. Each has a stable `code` to switch on; the message says what happened and what to do.
 */
export abstract class SocketIoRedisError extends Error {
  /** To tell the errors apart by: it stays, where a message may be reworded. */
  abstract readonly code: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** An option, or an argument, is not what it must be. Thrown at once by the call that got it. */
export class InvalidOptionError extends TypeError {
  readonly code = 'ERR_SOCKET_IO_REDIS_OPTION';

  constructor(
    /** The name of the option, or of the argument. */
    readonly option: string,
    expected: string,
    received: unknown,
  ) {
    super(`socket.io-redis: "${option}" must be ${expected}, but it is ${describe(received)}`);
  }

  override get name(): string {
    return 'InvalidOptionError';
  }
}

/** What an object lacks for being a client of the library that it is most like. */
interface ClientLack {
  library: string;
  missing: readonly string[];
}

/** `pubClient` or `subClient` is no Redis client that this package knows. */
export class UnsupportedClientError extends TypeError {
  readonly code = 'ERR_SOCKET_IO_REDIS_CLIENT';

  constructor(
    /** `pubClient` or `subClient`. */
    readonly option: string,
    received: unknown,
    lack: ClientLack,
  ) {
    super(
      `socket.io-redis: "${option}" is not a Redis client that this package supports (redis 2.8 to 6 or ioredis 4 to 6, ` +
        // a text may be a uri with a password
        `with their Cluster and Sentinel clients): it is ${typeof received === 'string' ? 'a string' : describe(received)}` +
        adviceOn(received, lack),
    );
  }

  override get name(): string {
    return 'UnsupportedClientError';
  }
}

/** A client of a kind that is supported, but that cannot do sharded Pub/Sub. Thrown at once by `createShardedAdapter()`. */
export class ShardedPubSubError extends TypeError {
  readonly code = 'ERR_SOCKET_IO_REDIS_SHARDED';

  constructor(
    /** `pubClient` or `subClient`. */
    readonly option: string,
    /** What is missing. */
    reason: string,
  ) {
    super(`socket.io-redis: "${option}" cannot do sharded Pub/Sub: ${reason}`);
  }

  override get name(): string {
    return 'ShardedPubSubError';
  }
}

/** The adapter was given to a Socket.IO version that it does not support. */
export class UnsupportedSocketIoError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_SERVER';

  constructor() {
    super(
      'socket.io-redis: this Socket.IO server is not supported; use Socket.IO 2 (2.3 or later) or Socket.IO 4 (4.3.1 or later)',
    );
  }
}

/** A request was not answered by every node within `requestsTimeout`. */
export class RequestTimeoutError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_TIMEOUT';
  /** What had come in: the same value that the request would have given, from the nodes that answered. */
  readonly partial: unknown;
  /** How many nodes answered, this one included. */
  readonly received: number;
  /** How many nodes were expected to, this one included; undefined when Redis did not say it in time. */
  readonly expected: number | undefined;
  /** The uids of the nodes that did not answer, as far as they are known by name. */
  readonly missing: readonly string[];

  constructor(
    /** The method that was called, such as `fetchSockets`. */
    readonly request: string,
    outcome: { partial: unknown; received: number; expected: number | undefined; missing: readonly string[] },
  ) {
    const { received, expected, missing } = outcome;
    super(
      `timeout reached while waiting for ${request} response: ${received} of ${expected ?? 'an unknown number of'} ` +
        `nodes answered${missing.length > 0 ? `, not ${missing.join(', ')}` : ''}`,
    );
    this.partial = outcome.partial;
    this.received = received;
    this.expected = expected;
    this.missing = missing;
  }
}

/** No node has the socket that a request names. */
export class UnknownSocketError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_UNKNOWN_SOCKET';

  constructor(
    /** The socket id that was asked for. */
    readonly sid: string,
  ) {
    super(`no node has a socket with the id "${sid}"`);
  }
}

/** A request could not be sent, or Redis could not say who must answer. The `cause` is the Redis client's error. */
export class RequestFailedError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_REQUEST';
  /** What had come in before the failure. */
  readonly partial: unknown;

  constructor(request: string, partial: unknown, cause: unknown) {
    super(`the ${request} request failed: ${messageOf(cause)}`, { cause });
    this.partial = partial;
  }
}

/** A node could not answer a request: what it should send cannot be written. */
export class RemoteNodeError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_REMOTE';
  /** What the other nodes answered so far. */
  readonly partial: unknown;

  constructor(request: string, partial: unknown, reason: string) {
    super(`the ${request} request failed on a node: ${reason}`);
    this.partial = partial;
  }
}

/** `connectionStateRecovery` is switched on, which Redis Pub/Sub cannot offer: what was missed is kept nowhere. */
export class ConnectionStateRecoveryError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_RECOVERY';

  constructor() {
    super(
      'socket.io-redis: connectionStateRecovery is not supported over Redis Pub/Sub; remove the option from the ' +
        'Socket.IO server, or use an adapter that keeps messages, such as @socket.io/redis-streams-adapter',
    );
  }
}

/** Redis does not permit a command that the adapter needs: the user's ACL forbids it, or the server does not have it. */
export class RedisPermissionError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_PERMISSION';

  constructor(
    /** For instance `PSUBSCRIBE`. */
    readonly command: string,
    advice: string,
    cause: Error,
  ) {
    super(`Redis does not permit ${command} (${cause.message}): ${advice}`, { cause });
  }
}

/** More rooms have members on this node than `maxSubscriptions` lets it subscribe to one by one. */
export class SubscriptionLimitError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_SUBSCRIPTIONS';

  constructor(
    /** The option `maxSubscriptions`. */
    readonly limit: number,
    /** Whether the pattern of all rooms is heard instead; else each room is subscribed to all the same. */
    readonly fellBack: boolean,
  ) {
    super(
      `more than ${limit} subscriptions (the option "maxSubscriptions"): ` +
        (fellBack
          ? 'this node hears all rooms of the namespace now, until there are half as many'
          : 'Redis does not permit PSUBSCRIBE, so rooms are still subscribed to one by one'),
    );
  }
}

/** More waits for Redis already than `maxQueuedBytes` permits: what is published is given up until there is room again. */
export class PublishQueueFullError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_QUEUE';

  constructor(
    /** The option `maxQueuedBytes`. */
    readonly limit: number,
  ) {
    super(
      `more than ${limit} bytes wait for Redis (the option "maxQueuedBytes"): what is published is lost to the other nodes ` +
        'until Redis is back, or has caught up',
    );
  }
}

/** As many requests as `maxPendingRequests` permits wait for their answers already. */
export class TooManyRequestsError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_REQUESTS';

  constructor(
    /** The method that was called, such as `fetchSockets`. */
    readonly request: string,
    /** The option `maxPendingRequests`. */
    readonly limit: number,
  ) {
    super(`the ${request} request is refused: ${limit} others wait already (the option "maxPendingRequests")`);
  }
}

/** The adapter, or the emitter, was closed before a request was answered, or is used after that. */
export class AdapterClosedError extends SocketIoRedisError {
  readonly code = 'ERR_SOCKET_IO_REDIS_CLOSED';

  constructor() {
    super('the adapter, or the emitter, is closed');
  }
}

/** A value in an emitted event cannot be sent to the other nodes. Thrown by `emit()` before anything is sent. */
export class UnsendableValueError extends TypeError {
  readonly code = 'ERR_SOCKET_IO_REDIS_VALUE';

  constructor(
    /** Where the value is, for instance `data[1].user.callback`. */
    readonly path: string,
    reason: string,
  ) {
    super(`cannot send ${path} to the other nodes: ${reason}`);
  }

  override get name(): string {
    return 'UnsendableValueError';
  }
}

function adviceOn(received: unknown, { library, missing }: ClientLack): string {
  if (received instanceof Promise) return '. Await it first';
  if (typeof received !== 'object' || received === null) return '';
  if (isPlainObject(received) && !('on' in received)) return '. If these are options, they come last';
  return missing.length > 0 ? `. To be one of ${library} it lacks ${missing.join(', ')}` : '';
}

function isPlainObject(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

function describe(value: unknown): string {
  if (value === null || typeof value === 'undefined') return String(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'object')
    return `an object with the keys ${Object.keys(value).slice(0, 8).join(', ') || '(none)'}`;
  if (typeof value === 'string') return JSON.stringify(value);
  return `${String(value)} (a ${typeof value})`;
}
