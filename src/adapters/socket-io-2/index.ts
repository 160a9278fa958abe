import { ClusterNode } from '../../cluster/node';
import type { AdapterStats } from '../../cluster/stats';
import type { RedisClient } from '../../options';
import type { PubSub } from '../../redis/pub-sub';
import type { BroadcastPacket } from '../../wire/broadcast';
import { type NodeCallback, promiseOrCallback } from '../promise-or-callback';
import { type CustomHook, LocalSockets } from './local-sockets';
import { MemoryAdapter, type Targets, typeOf } from './memory-adapter';
import type { Namespace2 } from './types';

/** What all adapters of one `redisAdapter()` call have in common. */
export interface Shared {
  uid: string;
  prefix: string;
  requestsTimeout: number;
  pubClient: RedisClient;
  subClient: RedisClient;
  pubSub: PubSub;
  /** Tells the user of an error that no adapter has a listener for. */
  warn(error: Error): void;
  /** Called once by each adapter, when it is closed. */
  release(): Promise<void>;
}

/**
 * The adapter of one namespace of a Socket.IO 2 server. Socket.IO makes it: `io.adapter(redisAdapter(…))`.
 *
 * Every method with a callback returns a promise as well, which rejects with the error that the callback would get.
 * The errors are `RequestTimeoutError`, `UnknownSocketError`, `RequestFailedError` and `AdapterClosedError`.
 *
 * Emits `error` for errors of the Redis clients, of the subscriptions and of a `customHook`.
 */
export class RedisAdapter extends MemoryAdapter {
  /** This server's name among the nodes. Since 5.x. */
  readonly uid: string;
  /** The option `key`. Since 5.x. */
  readonly prefix: string;
  /** In milliseconds. Since 5.x. */
  readonly requestsTimeout: number;
  /** Since 5.x. */
  readonly pubClient: RedisClient;
  /** Since 5.x. */
  readonly subClient: RedisClient;
  /** Answers the `customRequest()` of any node, this one included. Since 5.x; default: answers null. */
  customHook: CustomHook = (_data, callback) => callback(null);
  /** Fulfilled once the node hears the others; it can take as long as Redis is away. */
  readonly ready: Promise<void>;
  readonly #shared: Shared;
  readonly #node: ClusterNode;
  #closed: Promise<void> | undefined;

  constructor(nsp: Namespace2, shared: Shared) {
    super(nsp);
    this.#shared = shared;
    this.uid = shared.uid;
    this.prefix = shared.prefix;
    this.requestsTimeout = shared.requestsTimeout;
    this.pubClient = shared.pubClient;
    this.subClient = shared.subClient;
    this.#node = new ClusterNode({
      ...shared,
      nsp: nsp.name,
      local: new LocalSockets(this, () => this.customHook),
      onError: (error) => this.#tell(error),
    });
    this.ready = this.#node.ready;
    // Socket.IO 2 does not tell an adapter that it is replaced
    if (nsp.adapter instanceof RedisAdapter) void nsp.adapter.close();
  }

  /**
   * Sends a packet to sockets of all nodes; with the flag `local`, of this node only. Local sockets get it at once, whatever
   * the state of Redis.
   *
   * @throws {UnsendableValueError} when the packet holds what cannot be sent, before anything is sent
   */
  broadcast({ data }: Pick<BroadcastPacket, 'data'>, targets: Targets = {}): void {
    const { rooms = [], except = [], flags = {} } = targets;
    const packet = { type: typeOf(data, flags), data, nsp: this.nsp.name };
    if (!flags.local) this.#node.broadcast(packet, { rooms: [...rooms], except: [...except], flags });
    this.broadcastLocally(packet, targets);
  }

  /** The ids of the sockets, on all nodes, that are in any of the rooms, or of all of them. Since 5.x. */
  clients(fn?: NodeCallback<string[]>): Promise<string[]>;
  clients(rooms: readonly string[] | null | undefined, fn?: NodeCallback<string[]>): Promise<string[]>;
  clients(rooms?: readonly string[] | NodeCallback<string[]> | null, fn?: NodeCallback<string[]>): Promise<string[]> {
    if (typeof rooms === 'function') return this.clients([], rooms);
    return promiseOrCallback(this.#ask({ type: 'clients', rooms: (rooms ?? []).map(String) }), fn);
  }

  /** The rooms of a socket, on whichever node it is. Since 5.x. */
  clientRooms(id: string, fn?: NodeCallback<string[]>): Promise<string[]> {
    return promiseOrCallback(this.#ask({ type: 'clientRooms', sid: String(id) }), fn);
  }

  /** The names of the rooms of all nodes. Since 5.x. */
  allRooms(fn?: NodeCallback<string[]>): Promise<string[]> {
    return promiseOrCallback(this.#ask({ type: 'allRooms' }), fn);
  }

  /** Makes a socket join a room, on whichever node it is. Since 5.x. */
  remoteJoin(id: string, room: string, fn?: NodeCallback<void>): Promise<void> {
    return promiseOrCallback(this.#ask({ type: 'remoteJoin', sid: String(id), room: String(room) }), fn);
  }

  /** Makes a socket leave a room, on whichever node it is. Since 5.x. */
  remoteLeave(id: string, room: string, fn?: NodeCallback<void>): Promise<void> {
    return promiseOrCallback(this.#ask({ type: 'remoteLeave', sid: String(id), room: String(room) }), fn);
  }

  /**
   * Disconnects a socket, on whichever node it is. Since 5.x.
   *
   * @param close - whether to close the underlying connection as well
   */
  remoteDisconnect(id: string, close?: boolean, fn?: NodeCallback<void>): Promise<void> {
    return promiseOrCallback(this.#ask({ type: 'remoteDisconnect', sid: String(id), close: Boolean(close) }), fn);
  }

  /**
   * Asks the `customHook` of every node. Since 5.x.
   *
   * @param data - anything that JSON can carry
   * @returns the answers, one a node, in no order
   */
  customRequest(fn?: NodeCallback<unknown[]>): Promise<unknown[]>;
  customRequest(data: unknown, fn?: NodeCallback<unknown[]>): Promise<unknown[]>;
  customRequest(data?: unknown, fn?: NodeCallback<unknown[]>): Promise<unknown[]> {
    if (typeof data === 'function') return this.customRequest(null, data as NodeCallback<unknown[]>);
    return promiseOrCallback(this.#ask({ type: 'customRequest', data }), fn);
  }

  /** What this node has sent, received and dropped in this namespace so far. */
  stats(): AdapterStats {
    return structuredClone(this.#node.stats);
  }

  /**
   * Leaves the other nodes: pending requests fail with an `AdapterClosedError`, subscriptions and listeners end, and with the
   * last namespace the clients that the adapter made itself. Local broadcasts go on.
   */
  close(): Promise<void> {
    this.#closed ??= this.#node.close().then(() => this.#shared.release());
    return this.#closed;
  }

  #ask<T>(request: Parameters<ClusterNode['ask']>[0]): Promise<T> {
    // what each kind of request comes to is checked where answers are read
    return this.#node.ask(request) as Promise<T>;
  }

  #tell(error: Error): void {
    try {
      if (this.listenerCount('error') > 0) this.emit('error', error);
      else this.#shared.warn(error);
    } catch (thrown) {
      // by the listener: it must not end up in the Redis client, nor keep other namespaces from being told
      this.#shared.warn(thrown as Error);
    }
  }
}
