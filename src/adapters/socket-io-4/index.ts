import { Adapter, type BroadcastOptions as SocketIoOptions } from 'socket.io-adapter';
import type { NodeCallback } from '../../cluster/waiting-request';
import { readMilliseconds } from '../../limits';
import type { BroadcastOptions, BroadcastPacket } from '../../wire/broadcast';
import type { Request, SocketDetails } from '../../wire/messages';
import { Membership, type Shared } from '../membership';
import { promiseOrCallback } from '../promise-or-callback';
import { ask, becomeMember, everywhere, nodeOf, targetsOf, withRedisApi } from '../redis-api';
import { LocalSockets } from './local-sockets';
import type { Namespace4 } from './types';

/** What Socket.IO has an adapter send. */
type Packet = Pick<BroadcastPacket, 'type' | 'data'> & { id?: number };

/**
 * The adapter of one namespace of a Socket.IO 4 server. Socket.IO makes it: `new Server({ adapter: createAdapter(…) })`.
 * Most of it is used through Socket.IO's own `io.emit()`, `io.fetchSockets()` and the like.
 *
 * Emits `error` for errors of the Redis clients, of the subscriptions and of a `customHook`.
 */
export class RedisAdapter extends withRedisApi(Adapter) {
  readonly #local: LocalSockets;

  constructor(nsp: Namespace4, shared: Shared) {
    super(nsp);
    this.#local = new LocalSockets(this, nsp, () => this.customHook);
    becomeMember(this, new Membership(this, nsp.name, 8, shared, this.#local), shared);
    // Socket.IO does not tell an adapter that it is replaced
    if (nsp.adapter instanceof RedisAdapter) void nsp.adapter.close();
  }

  /** Makes a socket join rooms. @returns once this node hears what others send to them; undefined when it does already */
  override addAll(id: string, rooms: Set<string>): Promise<void> | void {
    super.addAll(id, rooms);
    return nodeOf(this).joined(rooms);
  }

  /** Makes a socket leave a room. */
  override del(id: string, room: string): void {
    super.del(id, room);
    nodeOf(this).left([room]);
  }

  /** Makes a socket leave all rooms. */
  override delAll(id: string): void {
    const rooms = this.sids.get(id) ?? [];
    super.delAll(id);
    nodeOf(this).left(rooms);
  }

  /**
   * Sends a packet to sockets of all nodes, with the flag `local` to those of this node: `io.emit()`. Local sockets get it at
   * once, whatever the state of Redis.
   *
   * @throws {UnsendableValueError} when the packet holds what cannot be sent, before anything is sent
   */
  override broadcast(packet: Packet, options: SocketIoOptions): void {
    const broadcastOptions = outgoing(options);
    const written = options.flags?.local ? undefined : nodeOf(this).broadcast(packet.data, broadcastOptions);
    this.#local.broadcast(packet.data, broadcastOptions, written);
  }

  /**
   * The same, for a packet that the clients acknowledge: `io.timeout(ms).emit()`.
   *
   * @param onCount - gets the number of clients of each node, as it becomes known
   * @param onAnswer - gets what each client acknowledges with
   * @throws {UnsendableValueError} when the packet holds what cannot be sent, before anything is sent
   */
  override broadcastWithAck(
    packet: Packet,
    options: SocketIoOptions,
    onCount: (clients: number) => void,
    onAnswer: (value: unknown) => void,
  ): void {
    const { local, timeout = this.requestsTimeout } = options.flags ?? {};
    const broadcastOptions = outgoing(options);
    if (local) void this.#countNobodyElsewhere(onCount);
    else nodeOf(this).broadcastWithAcknowledgement(packet.data, broadcastOptions, timeout, onCount, onAnswer);
    // Socket.IO has the sockets forget by it what they have not acknowledged in time
    packet.id = this.#local.nextId();
    this.#local.deliverWithAcknowledgement(packet, broadcastOptions, onCount, onAnswer, packet.id);
  }

  /** The ids of the matching sockets of all nodes: `io.allSockets()`. */
  override async sockets(rooms: Set<string>): Promise<Set<string>> {
    return new Set(await this.clients([...rooms]));
  }

  /** The names of the rooms of all nodes: to a callback as in 5.x, else as in 8.x. */
  allRooms(): Promise<Set<string>>;
  allRooms(fn: NodeCallback<string[]>): Promise<string[]>;
  allRooms(fn?: NodeCallback<string[]>): Promise<string[] | Set<string>> {
    const rooms = ask<string[]>(this, { type: 'allRooms' });
    return fn ? promiseOrCallback(rooms, fn) : rooms.then((names) => new Set(names));
  }

  /**
   * The matching sockets: those of this node themselves, of the others their details. The flag `timeout` is for how long, in
   * milliseconds, it waits for the others, in place of `requestsTimeout`: `io.timeout(ms).fetchSockets()`.
   *
   * @throws {InvalidOptionError} when that is no number of milliseconds
   */
  override async fetchSockets(options: SocketIoOptions): Promise<unknown[]> {
    const { local, timeout } = options.flags ?? {};
    const sockets: unknown[] = await super.fetchSockets(options);
    if (local) return sockets;
    const request = { type: 'fetchSockets', targets: targetsOf(options) } as const;
    const patience = readMilliseconds('timeout', timeout || undefined, this.requestsTimeout);
    return [...sockets, ...(await ask<SocketDetails[]>(this, request, patience))];
  }

  /** Makes the matching sockets join rooms. @returns once the nodes of this package have done it */
  override addSockets(options: SocketIoOptions, rooms: string[]): Promise<void> {
    return this.#everywhere(options, { type: 'addSockets', targets: targetsOf(options), rooms });
  }

  /** Makes the matching sockets leave rooms. @returns once the nodes of this package have done it */
  override delSockets(options: SocketIoOptions, rooms: string[]): Promise<void> {
    return this.#everywhere(options, { type: 'delSockets', targets: targetsOf(options), rooms });
  }

  /** Disconnects the matching sockets. @returns once the nodes of this package have done it */
  override disconnectSockets(options: SocketIoOptions, close: boolean): Promise<void> {
    return this.#everywhere(options, { type: 'disconnectSockets', targets: targetsOf(options), close });
  }

  /**
   * Sends an event to the other servers: `io.serverSideEmit()`.
   *
   * @param args - the event's name and arguments; a callback at the end gets an error or null, and the answers
   * @throws {UnsendableValueError} when an argument cannot be sent and no callback is there to be told
   */
  override serverSideEmit(args: [event: string, ...args: unknown[]]): void {
    const callback = args.at(-1);
    if (typeof callback !== 'function') {
      nodeOf(this).tell({ type: 'serverSideEmit', args });
      return;
    }
    const event = args.slice(0, -1) as [string, ...unknown[]];
    nodeOf(this).askWith({ type: 'serverSideEmit', args: event }, callback as NodeCallback<unknown>);
  }

  /** Socket.IO waits until as many servers as there are have told their number of clients, also for what is local. */
  async #countNobodyElsewhere(onCount: (clients: number) => void): Promise<void> {
    const servers = await this.serverCount();
    for (let i = 1; i < servers; i++) onCount(0);
  }

  #everywhere(options: SocketIoOptions, request: Request): Promise<void> {
    return everywhere(this, this.#local, request, !options.flags?.local);
  }
}

function outgoing({ rooms, except = new Set(), flags = {} }: SocketIoOptions): BroadcastOptions {
  return { rooms: [...rooms], except: [...except], flags: { ...flags } };
}
