import type { EventEmitter } from 'node:events';
import { answerLocally } from '../cluster/answer';
import type { AdapterHealth } from '../cluster/health';
import type { LocalNode } from '../cluster/local-node';
import type { AdapterStats } from '../cluster/stats';
import type { NodeCallback } from '../cluster/waiting-request';
import type { RedisClient } from '../redis/pub-sub';
import type { Request, Room, Targets } from '../wire/messages';
import type { CustomHook } from './custom-hook';
import type { Membership, Shared } from './membership';
import { harmless, promiseOrCallback } from './promise-or-callback';

/** Which sockets are meant: those in any of the rooms (all of them when there is none), but in none of the excepted ones. */
export interface SocketFilter {
  /** Those in any of these rooms; all of the namespace when there is none. */
  rooms?: Iterable<Room>;
  /** But not those in any of these. */
  except?: Iterable<Room>;
}

/**
 * What an adapter offers on Socket.IO 2 and on Socket.IO 4 alike.
 *
 * Every method with a callback returns a promise as well, which rejects with the error that the callback would get:
 * `RequestTimeoutError`, `UnknownSocketError`, `RemoteNodeError`, `RequestFailedError` or `AdapterClosedError`.
 */
export interface RedisApi {
  /** This server's name among the nodes. Since 5.x. */
  readonly uid: string;
  /** The option `key`. Since 5.x. */
  readonly prefix: string;
  /** How long a request waits for the other nodes, in milliseconds. Since 5.x. */
  readonly requestsTimeout: number;
  /** The client that publishes, whoever made it. Since 5.x. */
  readonly pubClient: RedisClient;
  /** The client that subscribes, whoever made it. Since 5.x. */
  readonly subClient: RedisClient;
  /** Answers the `customRequest()` of any node, this one included. Since 5.x; default: answers null. */
  customHook: CustomHook;
  /** Fulfilled once the node hears the others, which can take as long as Redis is away, or once it is closed. Since 7.0. */
  readonly ready: Promise<void>;

  /** The ids of the sockets, on all nodes, that are in any of the rooms, or of all of them. Since 5.x. */
  clients(fn?: NodeCallback<string[]>): Promise<string[]>;
  clients(rooms: readonly Room[] | null | undefined, fn?: NodeCallback<string[]>): Promise<string[]>;
  /** The rooms of a socket, on whichever node it is. Since 5.x. */
  clientRooms(id: string, fn?: NodeCallback<string[]>): Promise<string[]>;
  /** Makes a socket join a room, or each room of an array, on whichever node it is. Since 5.x. */
  remoteJoin(id: string, room: Room | readonly Room[], fn?: NodeCallback<void>): Promise<void>;
  /** Makes a socket leave a room, or each room of an array, on whichever node it is. Since 5.x. */
  remoteLeave(id: string, room: Room | readonly Room[], fn?: NodeCallback<void>): Promise<void>;
  /**
   * Disconnects a socket, on whichever node it is. Since 5.x.
   *
   * @param close - whether to close the underlying connection as well
   */
  remoteDisconnect(id: string, close?: boolean, fn?: NodeCallback<void>): Promise<void>;
  /**
   * Asks the `customHook` of every node. Since 5.x.
   *
   * @param data - anything that JSON can carry
   * @returns the answers, one a node, in no order
   */
  customRequest(fn?: NodeCallback<unknown[]>): Promise<unknown[]>;
  customRequest(data: unknown, fn?: NodeCallback<unknown[]>): Promise<unknown[]>;
  /** How many sockets there are on the nodes of this package; no socket travels. Since 7.0. */
  countSockets(filter?: SocketFilter): Promise<number>;
  /** How many sockets are in each room on the nodes of this package. Since 7.0. */
  roomSizes(): Promise<Map<string, number>>;
  /** How many nodes there are, this one included. Since 7.x. */
  serverCount(): Promise<number>;
  /** What this node has sent, received and dropped in this namespace so far. Since 7.0. */
  stats(): AdapterStats;
  /** Whether this node can publish and receive, who the other nodes are, and what the last outage was. Since 7.0. */
  health(): AdapterHealth;
  /**
   * Leaves the other nodes: pending requests fail with an `AdapterClosedError`, subscriptions and listeners end, and with the
   * last namespace the clients that the adapter made itself. What is emitted later reaches local sockets, and those of the
   * others for as long as the clients are open. Since 7.x.
   */
  close(): Promise<void>;
}

// TypeScript wants just this type of a class that a mixin extends
// biome-ignore lint/suspicious/noExplicitAny: see above
type Constructor<T> = new (...args: any[]) => T;

const MEMBERSHIP = Symbol('membership');

interface Member {
  [MEMBERSHIP]: Membership;
}

/** Adds `RedisApi` to an adapter of either generation, which then has to call `becomeMember()` in its constructor. */
export function withRedisApi<B extends Constructor<EventEmitter>>(Base: B): B & Constructor<RedisApi> {
  return class extends Base implements RedisApi, Member {
    [MEMBERSHIP]!: Membership;
    readonly uid!: string;
    readonly prefix!: string;
    readonly requestsTimeout!: number;
    readonly pubClient!: RedisClient;
    readonly subClient!: RedisClient;
    readonly ready!: Promise<void>;
    customHook: CustomHook = (_data, callback) => callback(null);

    clients(rooms?: readonly Room[] | NodeCallback<string[]> | null, fn?: NodeCallback<string[]>): Promise<string[]> {
      if (typeof rooms === 'function') return this.clients([], rooms);
      return promiseOrCallback(ask<string[]>(this, { type: 'clients', rooms: listOf(rooms) }), fn);
    }

    clientRooms(id: string, fn?: NodeCallback<string[]>): Promise<string[]> {
      return promiseOrCallback(ask<string[]>(this, { type: 'clientRooms', sid: String(id) }), fn);
    }

    remoteJoin(id: string, room: Room | readonly Room[], fn?: NodeCallback<void>): Promise<void> {
      return promiseOrCallback(move(this, 'remoteJoin', id, room), fn);
    }

    remoteLeave(id: string, room: Room | readonly Room[], fn?: NodeCallback<void>): Promise<void> {
      return promiseOrCallback(move(this, 'remoteLeave', id, room), fn);
    }

    remoteDisconnect(id: string, close?: boolean, fn?: NodeCallback<void>): Promise<void> {
      const request: Request = { type: 'remoteDisconnect', sid: String(id), close: Boolean(close) };
      return promiseOrCallback(ask<void>(this, request), fn);
    }

    customRequest(data?: unknown, fn?: NodeCallback<unknown[]>): Promise<unknown[]> {
      if (typeof data === 'function') return this.customRequest(null, data as NodeCallback<unknown[]>);
      return promiseOrCallback(ask<unknown[]>(this, { type: 'customRequest', data }), fn);
    }

    countSockets(filter: SocketFilter = {}): Promise<number> {
      return ask(this, { type: 'countSockets', targets: targetsOf(filter) });
    }

    roomSizes(): Promise<Map<string, number>> {
      return ask(this, { type: 'roomSizes' });
    }

    serverCount(): Promise<number> {
      return this[MEMBERSHIP].node.countNodes();
    }

    stats(): AdapterStats {
      return this[MEMBERSHIP].node.stats;
    }

    health(): AdapterHealth {
      return this[MEMBERSHIP].node.health;
    }

    close(): Promise<void> {
      return this[MEMBERSHIP].close();
    }
  };
}

/** Gives an adapter its place in the cluster. */
export function becomeMember(adapter: object, membership: Membership, shared: Shared): void {
  const { uid, prefix, requestsTimeout, pubClient, subClient } = shared;
  const { ready } = membership.node;
  Object.assign(adapter, { uid, prefix, requestsTimeout, pubClient, subClient, ready });
  Object.defineProperty(adapter, MEMBERSHIP, { value: membership });
}

/** The node of an adapter. */
export function nodeOf(adapter: object): Membership['node'] {
  return (adapter as Member)[MEMBERSHIP].node;
}

/** What each kind of request comes to is checked where answers are read. */
export function ask<T>(adapter: object, request: Request, timeout?: number): Promise<T> {
  return nodeOf(adapter).ask(request, timeout) as Promise<T>;
}

/** Has a socket join or leave rooms: one request each, which is all that other nodes understand. */
async function move(
  adapter: object,
  type: 'remoteJoin' | 'remoteLeave',
  id: string,
  room: Room | readonly Room[],
): Promise<void> {
  const rooms = Array.isArray(room) ? room : [room];
  await Promise.all(rooms.map((each) => ask<void>(adapter, { type, sid: String(id), room: String(each) })));
}

/**
 * Does on all nodes what a request says, on this one at once.
 *
 * @param elsewhere - whether the others are to do it as well
 * @returns once the nodes of this package have done it; Socket.IO does not look at that
 */
export function everywhere(adapter: object, local: LocalNode, request: Request, elsewhere = true): Promise<void> {
  const here = answerLocally(local, request, false);
  here.catch((error) => (adapter as Member)[MEMBERSHIP].onError(error));
  const done = Promise.all([here, elsewhere ? ask<void>(adapter, request) : undefined]);
  return harmless(done.then(() => undefined));
}

/** As in 5.x, what is no list names no room. */
function listOf(rooms: unknown): Room[] {
  return Symbol.iterator in Object(rooms) ? [...(rooms as Iterable<Room>)] : [];
}

export function targetsOf({ rooms = [], except = [] }: SocketFilter): Targets {
  return { rooms: [...rooms], except: [...except] };
}
