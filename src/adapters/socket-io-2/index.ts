import { Collecting } from '../../cluster/collecting';
import type { NodeCallback } from '../../cluster/waiting-request';
import { readMilliseconds } from '../../limits';
import type { BroadcastOptions, BroadcastPacket } from '../../wire/broadcast';
import type { Room, SocketDetails } from '../../wire/messages';
import { Membership, type Shared } from '../membership';
import { promiseOrCallback } from '../promise-or-callback';
import { ask, becomeMember, everywhere, nodeOf, type SocketFilter, targetsOf, withRedisApi } from '../redis-api';
import { CallbackOrder } from './callback-order';
import { LocalSockets } from './local-sockets';
import { MemoryAdapter, type Targets, typeOf } from './memory-adapter';
import type { Callback, Namespace2 } from './types';

/**
 * The adapter of one namespace of a Socket.IO 2 server. Socket.IO makes it: `io.adapter(redisAdapter(…))`.
 *
 * Emits `error` for errors of the Redis clients, of the subscriptions and of a `customHook`; and `serverSideEmit`, with the
 * event's name, its arguments as an array and a callback when an acknowledgement is wanted, for what another server sends
 * with `serverSideEmit()`.
 *
 * The calls that Socket.IO 4 has on its server are offered here, as promises.
 */
export class RedisAdapter extends withRedisApi(MemoryAdapter) {
  readonly #local: LocalSockets;
  readonly #collecting = new Collecting();
  readonly #order = new CallbackOrder();

  constructor(nsp: Namespace2, shared: Shared) {
    super(nsp);
    this.#local = new LocalSockets(this, {
      customHook: () => this.customHook,
      serverSideEvent: ([event, ...args], answer) => this.emit('serverSideEmit', event, args, answer),
    });
    becomeMember(this, new Membership(this, nsp.name, 5, shared, this.#local), shared);
    // Socket.IO does not tell an adapter that it is replaced
    if (nsp.adapter instanceof RedisAdapter) void nsp.adapter.close();
  }

  /** Makes a socket join rooms, and calls back once this node hears what others send to them. */
  override addAll(sid: string, rooms: readonly string[], fn?: Callback): void {
    const heard = nodeOf(this).joined(rooms);
    super.addAll(sid, rooms);
    this.#order.add(sid, rooms, heard, fn);
  }

  /** Makes a socket leave a room. */
  override del(sid: string, room: string, fn?: Callback): void {
    super.del(sid, room);
    nodeOf(this).left([room]);
    this.#order.add(sid, [room], undefined, fn);
  }

  /** Makes a socket leave all rooms. */
  override delAll(sid: string, fn?: Callback): void {
    const rooms = Object.keys(this.sids[sid] ?? {});
    super.delAll(sid, fn);
    nodeOf(this).left(rooms);
  }

  /**
   * Sends a packet to sockets of all nodes; with the flag `local`, of this node only. Local sockets get it at once, whatever
   * the state of Redis.
   *
   * @throws {UnsendableValueError} when the packet holds what cannot be sent, before anything is sent
   */
  broadcast({ data }: Pick<BroadcastPacket, 'data'>, targets: Targets = {}): void {
    if (!targets.flags?.local) nodeOf(this).broadcast(data, outgoing(targets));
    this.broadcastLocally(this.#packet(data, targets), targets);
  }

  /** The names of the rooms of all nodes. Since 5.x. */
  allRooms(fn?: NodeCallback<string[]>): Promise<string[]> {
    return promiseOrCallback(ask<string[]>(this, { type: 'allRooms' }), fn);
  }

  /**
   * Sends an event to sockets of all nodes, and waits for what each of them acknowledges it with.
   *
   * @param timeout - in milliseconds, from 1 on
   * @returns the first argument of every acknowledgement
   * @throws {InvalidOptionError} when the timeout is not what it must be
   * @throws {RequestTimeoutError} with the answers that came in time
   * @throws {UnsendableValueError} when an argument cannot be sent
   * @throws {AdapterClosedError}
   */
  async emitWithAck(timeout: number, targets: Targets, event: string, ...args: unknown[]): Promise<unknown[]> {
    const data: BroadcastPacket['data'] = [event, ...args];
    const local = targets.flags?.local;
    const ms = readMilliseconds('timeout', timeout, this.requestsTimeout);
    const { rooms, except, flags } = outgoing(targets);
    // as on Socket.IO 4, the others are told how long this node waits
    const options = { rooms, except, flags: { ...flags, timeout: ms } };
    let forget = () => {};
    try {
      return await this.#collecting.collect(ms, ({ onCount, onAnswer }) => {
        if (!local) nodeOf(this).broadcastWithAcknowledgement(data, options, ms, onCount, onAnswer);
        const onLocalCount = (clients: number, forgetLocal: () => void) => {
          forget = forgetLocal;
          onCount(clients);
        };
        this.#local.deliverWithAcknowledgement(this.#packet(data, targets), options, onLocalCount, onAnswer);
        return local ? Promise.resolve(1) : this.serverCount();
      });
    } finally {
      forget();
    }
  }

  /** The matching sockets of all nodes. */
  async fetchSockets(filter: SocketFilter = {}): Promise<SocketDetails[]> {
    const targets = targetsOf(filter);
    const others = await ask<SocketDetails[]>(this, { type: 'fetchSockets', targets });
    return [...this.#local.fetch(targets), ...others];
  }

  /** Makes the matching sockets of all nodes join rooms. @returns once the nodes of this package have done it */
  addSockets(filter: SocketFilter, rooms: Iterable<Room>): Promise<void> {
    return everywhere(this, this.#local, { type: 'addSockets', targets: targetsOf(filter), rooms: [...rooms] });
  }

  /** Makes the matching sockets of all nodes leave rooms. @returns once the nodes of this package have done it */
  delSockets(filter: SocketFilter, rooms: Iterable<Room>): Promise<void> {
    return everywhere(this, this.#local, { type: 'delSockets', targets: targetsOf(filter), rooms: [...rooms] });
  }

  /**
   * Disconnects the matching sockets of all nodes.
   *
   * @param close - whether to close the underlying connections as well
   * @returns once the nodes of this package have done it
   */
  disconnectSockets(filter: SocketFilter, close = false): Promise<void> {
    return everywhere(this, this.#local, { type: 'disconnectSockets', targets: targetsOf(filter), close });
  }

  /** Sends an event to the other servers. @throws {UnsendableValueError} when an argument cannot be sent */
  serverSideEmit(event: string, ...args: unknown[]): void {
    nodeOf(this).tell({ type: 'serverSideEmit', args: [event, ...args] });
  }

  /** Sends an event to the other servers. @returns what each of them answers */
  serverSideEmitWithAck(event: string, ...args: unknown[]): Promise<unknown[]> {
    return ask(this, { type: 'serverSideEmit', args: [event, ...args] });
  }

  /** Leaves the other nodes, as on Socket.IO 4; who waits for acknowledgements gets an `AdapterClosedError`, too. Since 7.x. */
  override close(): Promise<void> {
    this.#collecting.close();
    return super.close();
  }

  #packet(data: BroadcastPacket['data'], { flags = {} }: Targets): BroadcastPacket {
    return { type: typeOf(data, flags), data, nsp: this.nsp.name };
  }
}

function outgoing({ rooms = [], except = [], flags = {} }: Targets): BroadcastOptions {
  return { rooms: [...rooms], except: [...except], flags };
}
