import type { Outsider } from '../cluster/outsider';
import { InvalidOptionError } from '../errors';
import { readMilliseconds } from '../limits';
import type { BroadcastFlags, BroadcastPacket } from '../wire/broadcast';
import type { Room, SocketDetails, Targets } from '../wire/messages';
import { callBack } from './call-back';
import type { EmitterConnection } from './connection';
import type { AnswerOf, AnswersCallback, AnyEvents, DataArgs, EmitArgs, EventName } from './typed-events';

/** The events that Socket.IO emits by itself: nobody else may. */
export const RESERVED_EVENTS: ReadonlySet<string | number | symbol> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/** Whom it is for, and how; it is never changed. */
export interface Audience extends Targets {
  /** The namespace's name. */
  readonly nsp: string;
  readonly flags: BroadcastFlags;
  /** How long clients may take to answer, in milliseconds. */
  readonly timeout: number;
}

/**
 * Sends to the sockets of a namespace, on all servers: those in any of the rooms, but in none of the excepted ones. Every method
 * that narrows them down gives another operator.
 *
 * Whatever sends throws an `UnsendableValueError` when an argument cannot be sent, and an `AdapterClosedError` after `close()`.
 * What asks rejects with a `RequestTimeoutError`, a `RequestFailedError`, a `RemoteNodeError` or an `AdapterClosedError`.
 */
export class BroadcastOperator<EmitEvents extends object = AnyEvents> {
  readonly #connection: EmitterConnection;
  readonly #audience: Audience;

  /** Is called by the emitter alone. */
  constructor(connection: EmitterConnection, audience: Audience) {
    this.#connection = connection;
    this.#audience = audience;
  }

  /** Adds a room, or several; a socket's id is one as well. @throws {InvalidOptionError} when it is no name */
  to(room: Room | readonly Room[]): BroadcastOperator<EmitEvents> {
    return this.#with({ rooms: union(this.#audience.rooms, room) });
  }

  /** The same as `to()`. */
  in(room: Room | readonly Room[]): BroadcastOperator<EmitEvents> {
    return this.to(room);
  }

  /** Leaves out the members of a room, or of several. @throws {InvalidOptionError} when it is no name */
  except(room: Room | readonly Room[]): BroadcastOperator<EmitEvents> {
    return this.#with({ except: union(this.#audience.except, room) });
  }

  /** Clients that are not ready to receive, for instance during a poll, get nothing. */
  get volatile(): BroadcastOperator<EmitEvents> {
    return this.#flagged({ volatile: true });
  }

  /** Whether what is sent to clients is compressed. */
  compress(compress: boolean): BroadcastOperator<EmitEvents> {
    return this.#flagged({ compress });
  }

  /**
   * How long clients, and servers, may take to answer.
   *
   * @param ms - milliseconds, from 1 on; default: the option `requestsTimeout`
   * @throws {InvalidOptionError}
   */
  timeout(ms: number): BroadcastOperator<EmitEvents> {
    return this.#with({ timeout: readMilliseconds('timeout', ms, this.#connection.requestsTimeout) });
  }

  /**
   * Emits to the sockets. A function at the end is called with what they acknowledge it with: `(error, answers)`.
   *
   * @returns true
   */
  emit<Name extends EventName<EmitEvents>>(event: Name, ...args: EmitArgs<EmitEvents, Name>): true {
    const callback: unknown = args.at(-1);
    if (typeof callback === 'function') {
      callBack(this.#emitWithAck(event, args.slice(0, -1)), callback as AnswersCallback<unknown>);
    } else {
      this.#outsider.broadcast(packetData(event, args), this.#audience);
    }
    return true;
  }

  /** Emits to the sockets. @returns what each of them acknowledges it with, in no order */
  emitWithAck<Name extends EventName<EmitEvents>>(
    event: Name,
    ...args: DataArgs<EmitEvents, Name>
  ): Promise<AnswerOf<EmitEvents, Name>[]> {
    return this.#emitWithAck(event, args) as Promise<AnswerOf<EmitEvents, Name>[]>;
  }

  /** Makes the sockets join rooms. What this emitter sends to these rooms from then on reaches those that join. */
  socketsJoin(rooms: Room | readonly Room[]): void {
    this.#outsider.tell({ type: 'addSockets', targets: this.#targets, rooms: union([], rooms) });
  }

  /** Makes the sockets leave rooms. */
  socketsLeave(rooms: Room | readonly Room[]): void {
    this.#outsider.tell({ type: 'delSockets', targets: this.#targets, rooms: union([], rooms) });
  }

  /** Disconnects the sockets. @param close - whether to close their connections as well */
  disconnectSockets(close = false): void {
    this.#outsider.tell({ type: 'disconnectSockets', targets: this.#targets, close });
  }

  /** The sockets: their `id`, `handshake`, `rooms` and `data`. */
  fetchSockets(): Promise<SocketDetails[]> {
    const request = { type: 'fetchSockets', targets: this.#targets } as const;
    return this.#outsider.ask(request, this.#audience.timeout) as Promise<SocketDetails[]>;
  }

  /** How many sockets there are. From servers of this package, no socket travels. */
  countSockets(): Promise<number> {
    return this.#outsider.countSockets(this.#targets, this.#audience.timeout);
  }

  get #outsider(): Outsider {
    return this.#connection.outsider(this.#audience.nsp);
  }

  get #targets(): Targets {
    const { rooms, except } = this.#audience;
    return { rooms, except };
  }

  async #emitWithAck(event: unknown, args: readonly unknown[]): Promise<unknown[]> {
    const { rooms, except, flags, timeout } = this.#audience;
    // as with Socket.IO, the servers are told how long it waits
    const options = { rooms, except, flags: { ...flags, timeout } };
    return this.#outsider.emitWithAck(packetData(event, args), options, timeout);
  }

  #flagged(flags: BroadcastFlags): BroadcastOperator<EmitEvents> {
    return this.#with({ flags: { ...this.#audience.flags, ...flags } });
  }

  #with(changed: Partial<Audience>): BroadcastOperator<EmitEvents> {
    return new BroadcastOperator(this.#connection, { ...this.#audience, ...changed });
  }
}

function packetData(event: unknown, args: readonly unknown[]): BroadcastPacket['data'] {
  if ((typeof event !== 'string' && typeof event !== 'number') || RESERVED_EVENTS.has(event)) {
    throw new InvalidOptionError('event', 'a name that Socket.IO does not emit itself', event);
  }
  return [event, ...args];
}

function union(before: readonly Room[], added: Room | readonly Room[]): Room[] {
  const rooms: readonly unknown[] = Array.isArray(added) ? added : [added];
  const wrong = rooms.findIndex((room) => typeof room !== 'string' && typeof room !== 'number');
  if (wrong !== -1) throw new InvalidOptionError('room', 'a string or a number', rooms[wrong]);
  return [...new Set([...before, ...(rooms as Room[])])];
}
