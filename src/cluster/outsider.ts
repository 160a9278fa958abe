import debugModule from 'debug';
import uid2 from 'uid2';
import { AdapterClosedError, RequestFailedError, RequestTimeoutError } from '../errors';
import type { Limits } from '../limits';
import type { PubSub } from '../redis/pub-sub';
import type { BroadcastOptions, BroadcastPacket } from '../wire/broadcast';
import type { Request, Targets } from '../wire/messages';
import type { Incoming, Outgoing, Wire } from '../wire/wire';
import { Acknowledgements } from './acknowledgements';
import type { ClientAnswers } from './client-answers';
import { Collecting } from './collecting';
import { Joining } from './joining';
import { type Census, Peers } from './peers';
import { takeResponse } from './receiver';
import { unanswered } from './request-kinds';
import { Requests } from './requests';
import { RollCall } from './roll-call';
import type { Numbering } from './sequences';
import { wireTransport } from './wire-transport';

const debug = debugModule('socket.io-redis:outsider');

export interface OutsiderSettings extends Omit<Limits, 'maxQueuedBytes'> {
  /** The namespace's name. */
  nsp: string;
  uid: string;
  /** In milliseconds. */
  requestsTimeout: number;
  wire: Wire;
  /** Of whoever spoke in the namespace with this uid before, if anybody did. */
  numbering: Numbering;
  pubSub: PubSub;
  /** Makes the connection that answers are heard on. @throws when it cannot be made */
  openSubscriber(): void;
  /** Publishes. @returns what went wrong, or undefined */
  send(message: Outgoing): Promise<Error | undefined>;
  onError(error: Error): void;
}

/** What has been counted before Redis has said who is there. */
const NOTHING = { partial: 0, received: 0, expected: undefined, missing: [] };

/**
 * Who speaks to the nodes of a namespace, and is none: it tells and asks, hears nothing but the answers to that, and nobody counts
 * it. Until it asks for the first time, it subscribes to nothing.
 */
export class Outsider {
  readonly #settings: OutsiderSettings;
  readonly #peers: Peers;
  readonly #requests: Requests;
  readonly #acknowledgements: Acknowledgements;
  readonly #joining = new Joining();
  readonly #numbering: Numbering;
  readonly #collecting = new Collecting();
  /** How many wait for what nodes answer. */
  #asking = 0;
  /** Each with what ends the wait. */
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  /** Fulfilled once answers are heard. */
  #heard: Promise<void> | undefined;
  #hears = false;
  #closed: Promise<void> | undefined;
  readonly #onMessage = (payload: Buffer, channel: string) => this.#hear(payload, channel);

  constructor(settings: OutsiderSettings) {
    const { uid, requestsTimeout, maxPendingRequests, wire, numbering, pubSub, onError } = settings;
    this.#settings = settings;
    this.#numbering = numbering;
    this.#peers = new Peers(undefined, pubSub, wire.channels);
    const rollCall = new RollCall({ peers: this.#peers, pubSub, patience: requestsTimeout });
    this.#acknowledgements = new Acknowledgements(onError);
    this.#requests = new Requests(
      { uid, link: uid },
      {
        ...wireTransport({ wire, peers: this.#peers, pubSub, send: (message) => settings.send(message) }),
        requestsTimeout,
        maxPendingRequests,
        onUnanswered: (request, uids, since) => rollCall.missed(request, uids, since),
        hear: () => (this.#hears ? undefined : this.#listen()),
      },
    );
  }

  /** @throws {UnsendableValueError} @throws {AdapterClosedError} before anything is sent */
  broadcast(data: BroadcastPacket['data'], options: BroadcastOptions): void {
    this.#assertOpen();
    const toAll = this.#joining.concerns(options.rooms);
    const { rooms, except, flags } = options;
    const numbered = { rooms, except, flags, seq: this.#numbering.next };
    const message = this.#settings.wire.broadcast(data, numbered, undefined, toAll);
    this.#numbering.used();
    void this.#settings.send(message);
  }

  /**
   * Sends a packet to clients, and waits for what each of them answers.
   *
   * @param timeout - in milliseconds
   * @throws {UnsendableValueError} @throws {AdapterClosedError}
   * @throws {RequestTimeoutError} with the answers that came in time
   * @throws {RequestFailedError} when it could not be sent, or Redis could not say who must answer
   */
  async emitWithAck(data: BroadcastPacket['data'], options: BroadcastOptions, timeout: number): Promise<unknown[]> {
    this.#assertOpen();
    const id = uid2(6);
    const message = this.#settings.wire.acknowledgedBroadcast(id, data, options);
    try {
      return await this.#collecting.collect(timeout, (answers) => this.#askClients(id, message, timeout, answers));
    } finally {
      this.#acknowledgements.forget(id);
    }
  }

  /** Asks the nodes; see `Requests.ask()` for what can go wrong. */
  ask(request: Request, timeout?: number): Promise<unknown> {
    return this.#whileAsking(this.#requests.ask(request, timeout));
  }

  /** How many sockets there are on all nodes. Published ones cannot count: they tell the ids, or all of the sockets. */
  countSockets(targets: Targets, timeout: number): Promise<number> {
    return this.#whileAsking(this.#countSockets(targets, timeout));
  }

  async #countSockets(targets: Targets, timeout: number): Promise<number> {
    this.#assertOpen();
    // a Redis that hangs says nothing, for as long as it does
    const census = await Promise.race([this.#census(), this.#wait(timeout)]);
    this.#assertOpen();
    if (!census) throw new RequestTimeoutError('countSockets', NOTHING);
    const { published } = census;
    if (published[5] + published[8] === 0)
      return this.ask({ type: 'countSockets', targets }, timeout) as Promise<number>;
    const { rooms, except } = targets;
    const request: Request = except.length > 0 ? { type: 'fetchSockets', targets } : { type: 'clients', rooms };
    const found = await this.ask(request, timeout);
    return (found as unknown[]).length;
  }

  /** Tells the nodes something that needs no answer. @throws {UnsendableValueError} @throws {AdapterClosedError} */
  tell(request: Request): void {
    this.#assertOpen();
    const { requestsTimeout, send, wire } = this.#settings;
    for (const message of wire.request(undefined, unanswered(request))) void send(message);
    // when the nodes have done it is not told: this is long enough
    if (request.type === 'addSockets') void this.#joining.during(request, this.#wait(requestsTimeout));
  }

  /** Whether nothing is to come: no answer that somebody waits for, and no socket that joins a room. */
  get isIdle(): boolean {
    return this.#asking === 0 && this.#collecting.size === 0 && this.#timers.size === 0;
  }

  /** Settles what waits, and hears no more answers. Closing twice is the same as closing once. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { pubSub, wire } = this.#settings;
    this.#requests.close();
    this.#acknowledgements.close();
    this.#collecting.close();
    for (const [timer, done] of this.#timers) {
      clearTimeout(timer);
      done();
    }
    if (this.#heard) await pubSub.unsubscribe(wire.channels.answers, this.#onMessage);
  }

  /** @returns how many nodes answer */
  async #askClients(id: string, message: Outgoing, timeout: number, answers: ClientAnswers): Promise<number> {
    if (!this.#hears) await this.#listen();
    // Redis may have been away for longer than anybody waits
    if (!this.#collecting.has(answers)) return 0;
    this.#acknowledgements.expect(id, timeout, answers.onCount, answers.onAnswer);
    const failure = await this.#settings.send(message);
    if (failure) throw failure;
    const { named, published } = await this.#peers.census();
    // those of socket.io-redis 5.x do not answer
    return named.length + published[8];
  }

  async #listen(): Promise<void> {
    const { pubSub, wire, openSubscriber } = this.#settings;
    openSubscriber();
    this.#heard ??= pubSub.subscribe(wire.channels.answers, this.#onMessage);
    await this.#heard;
    this.#hears = true;
    // else an outage of what is published would never be over
    pubSub.connectivity.works('receiving');
  }

  async #census(): Promise<Census> {
    try {
      return await this.#peers.census();
    } catch (error) {
      throw new RequestFailedError('countSockets', 0, error);
    }
  }

  #hear(payload: Buffer, channel: string): void {
    const { maxPayloadBytes, wire } = this.#settings;
    if (payload.length > maxPayloadBytes) {
      debug('dropped a message of %d bytes on %s', payload.length, channel);
      return;
    }
    try {
      const incoming = wire.read(payload, channel, false);
      if (incoming) this.#take(incoming);
    } catch (error) {
      debug('dropped a malformed message on %s: %s', channel, error);
    }
  }

  #take(incoming: Incoming): void {
    if (incoming.kind === 'acknowledgement') this.#acknowledgements.receive(incoming.acknowledgement);
    else if (incoming.kind === 'response') takeResponse(incoming.response, this.#requests, this.#peers);
  }

  async #whileAsking<T>(answer: Promise<T>): Promise<T> {
    this.#asking += 1;
    try {
      return await answer;
    } finally {
      this.#asking -= 1;
    }
  }

  /** It is cut short by `close()`, and does not keep the process. */
  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms).unref();
      this.#timers.set(timer, resolve);
    });
  }

  #assertOpen(): void {
    if (this.#closed) throw new AdapterClosedError();
  }
}
