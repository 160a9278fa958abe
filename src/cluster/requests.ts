import { AsyncResource } from 'node:async_hooks';
import debugModule from 'debug';
import uid2 from 'uid2';
import { AdapterClosedError, RequestFailedError, TooManyRequestsError } from '../errors';
import type { Answer, DialectName, Request, Sender } from '../wire/messages';
import { outcomeOf, partialOf, timeoutOf } from './outcome';
import type { Census, Peer } from './peers';
import { includesOwnAnswer, isQuery } from './request-kinds';
import { type NodeCallback, WaitingRequest } from './waiting-request';

const debug = debugModule('socket.io-redis:requests');

/** How often it is checked whether those who are waited for are still there. */
const RECHECK_MS = 1000;
/** How long after it was asked a node may hear of what is to be done once only: well within the time for which it remembers what it has heard. */
const ONCE_WITHIN_MS = 5000;

export interface Transport {
  readonly requestsTimeout: number;
  readonly maxPendingRequests: number;
  onRefused?(): void;
  /** Nodes have not answered in time. @param since - when they were asked, by `performance.now()` */
  onUnanswered(request: Request, uids: readonly string[], since: number): void;
  /** A request has come to its end. @param error - what went wrong, if anything @param duration - in ms */
  onSettled?(request: Request, error: Error | undefined, duration: number): void;
  /** This node's own part; undefined for who is no node. */
  readonly local?: {
    answer(request: Request): Promise<Answer>;
    /** Whether the socket is on this node. */
    isHere(sid: string): boolean;
  };
  /** @returns once answers are heard; undefined when they are already */
  hear(): Promise<unknown> | undefined;
  /** Sends the request to the other nodes, at once. */
  send(id: string, request: Request): Promise<Error | undefined>;
  /** Sends it again, in case somebody does not understand the dialect in which it was asked. */
  repeat(id: string, request: Request, census: Census): Promise<unknown>;
  /** Sends it once more to one node of this package, which answers if it has missed it, or anew. */
  remind(uid: string, id: string, request: Request, anew: boolean): Promise<unknown>;
  /** Whether answers have been heard since a moment, as far as is known. @param since - by `performance.now()` */
  hasHeardSince(since: number): boolean;
  /** Counts who listens. */
  census(): Promise<Census>;
  /** The published nodes that answer such a request. */
  answering(request: Request): readonly DialectName[];
}

type Outcome = { value: unknown } | { error: Error & { partial?: unknown } };

/** The requests of one node that wait for answers: each is settled once, at its timeout at the latest. */
export class Requests {
  readonly #transport: Transport;
  readonly #own: Peer;
  /** In the order in which they were asked, which is that in which their time is over. */
  readonly #waiting = new Map<string, WaitingRequest>();
  /** Of the oldest, or earlier. */
  #timeout: NodeJS.Timeout | undefined;
  /** Of those that have a time of their own. */
  readonly #ownTimeouts = new Map<string, NodeJS.Timeout>();
  #rechecking: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(own: Peer, transport: Transport) {
    this.#own = own;
    this.#transport = transport;
  }

  /**
   * @param timeout - in milliseconds
   * @throws {RequestTimeoutError} when not everyone answered in time
   * @throws {UnknownSocketError} when every node said that it does not have the socket
   * @throws {RemoteNodeError} when a node could not answer
   * @throws {RequestFailedError} when it could not be sent
   * @throws {TooManyRequestsError}
   * @throws {AdapterClosedError}
   */
  ask(request: Request, timeout = this.#transport.requestsTimeout): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null, value: unknown) => (error ? reject(error) : resolve(value));
      this.#begin(new WaitingRequest(request, settle, undefined), timeout);
    });
  }

  /** The same with a callback, which takes half the memory. */
  askWith(request: Request, fn: NodeCallback<unknown>): void {
    const scope = new AsyncResource('socket.io-redis:request', { requireManualDestroy: true });
    this.#begin(new WaitingRequest(request, fn, scope), this.#transport.requestsTimeout);
  }

  #begin(waiting: WaitingRequest, timeout: number): void {
    const { request } = waiting;
    const refusal = this.#refusalOf(request);
    if (refusal) {
      this.#transport.onSettled?.(request, refusal, 0);
      waiting.settle(refusal);
      return;
    }
    const id = uid2(6);
    this.#waiting.set(id, waiting);
    this.#limit(id, waiting, timeout);
    this.#rechecking ??= setInterval(() => this.#recheck(), RECHECK_MS);
    this.#start(id, request).catch((error) => this.#fail(id, error));
  }

  #limit(id: string, waiting: WaitingRequest, timeout: number): void {
    if (timeout === this.#transport.requestsTimeout) {
      this.#timeout ??= setTimeout(() => this.#onTime(), timeout);
    } else {
      const timer = setTimeout(() => this.#timeOut(id, waiting), timeout);
      this.#ownTimeouts.set(id, timer);
    }
  }

  #refusalOf({ type }: Request): Error | undefined {
    const { maxPendingRequests, onRefused } = this.#transport;
    if (this.#closed) return new AdapterClosedError();
    if (this.#waiting.size < maxPendingRequests) return undefined;
    onRefused?.();
    return new TooManyRequestsError(type, maxPendingRequests);
  }

  /** What a waiting request asked for, or undefined when none has this id. */
  get(id: string): Request | undefined {
    return this.#waiting.get(id)?.request;
  }

  add(id: string, sender: Sender | undefined, answer: Answer): void {
    const pending = this.#waiting.get(id);
    if (!pending) return;
    const recount = sender !== undefined && pending.wasCounted(sender.uid);
    pending.add(sender, answer);
    this.#check(id);
    if (recount) void this.#count(id);
  }

  nodeLeft(uid: string): void {
    for (const [id, pending] of [...this.#waiting]) {
      pending.nodeLeft(uid);
      this.#check(id);
    }
  }

  /** A node has come. It may have missed what was asked, and be waited for all the same: who is there is counted afterwards. */
  nodeCame(uid: string): void {
    for (const [id, waiting] of this.#sent) {
      const { request, since } = waiting;
      const inTime = isQuery(request) || performance.now() - since < ONCE_WITHIN_MS;
      if (inTime && waiting.mayExpect(uid)) this.#remind(uid, id, request, false);
    }
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { error: new AdapterClosedError() });
  }

  async #start(id: string, request: Request): Promise<void> {
    const { local } = this.#transport;
    const answered = local && includesOwnAnswer(request) ? this.#answer(id, local.answer(request)) : undefined;
    // when the socket is here, nobody else has it
    if ('sid' in request && local?.isHere(request.sid)) await answered;
    const heard = this.#transport.hear();
    if (heard) await heard;
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    waiting.sent = true;
    // in the tick of the call: what is sent after it must not arrive before it
    const failure = await this.#transport.send(id, request);
    if (failure) return this.#fail(id, failure);
    const census = await this.#count(id);
    if (census && this.#waiting.has(id)) await this.#transport.repeat(id, request, census);
  }

  async #answer(id: string, answer: Promise<Answer>): Promise<void> {
    const { uid, link } = this.#own;
    this.add(id, { uid, link, nodes: [uid] }, await answer);
  }

  async #count(id: string): Promise<Census | undefined> {
    try {
      const census = await this.#transport.census();
      const pending = this.#waiting.get(id);
      pending?.expect(census, this.#transport.answering(pending.request));
      this.#check(id);
      return census;
    } catch (error) {
      this.#fail(id, error);
      return undefined;
    }
  }

  #check(id: string): void {
    const waiting = this.#waiting.get(id);
    const outcome = waiting && outcomeOf(waiting);
    if (outcome) this.#settle(id, outcome);
  }

  /** Ends the requests whose time is over. */
  #onTime(): void {
    this.#timeout = undefined;
    const { requestsTimeout } = this.#transport;
    for (const [id, pending] of this.#waiting) {
      if (this.#ownTimeouts.has(id)) continue;
      const left = pending.since + requestsTimeout - performance.now();
      if (left > 0) {
        // one that was asked meanwhile may have set another
        clearTimeout(this.#timeout);
        this.#timeout = setTimeout(() => this.#onTime(), Math.ceil(left));
        return;
      }
      this.#timeOut(id, pending);
    }
  }

  #timeOut(id: string, pending: WaitingRequest): void {
    const { requestsTimeout, onUnanswered } = this.#transport;
    // one who asks for less time says nothing about who does not answer in it
    const waitedLong = performance.now() - pending.since >= requestsTimeout;
    if (waitedLong) onUnanswered(pending.request, pending.missing, pending.since);
    this.#settle(id, { error: timeoutOf(pending) });
  }

  get #sent(): [id: string, waiting: WaitingRequest][] {
    return [...this.#waiting].filter(([, { sent }]) => sent);
  }

  #recheck(): void {
    for (const [id, waiting] of this.#sent) {
      void this.#count(id).then((census) => census && this.#waiting.has(id) && this.#askAgain(id, waiting, census));
    }
  }

  /**
   * Asks those again who listen, and have not answered: they may have been without a connection when they were asked, and this node
   * when they answered.
   */
  #askAgain(id: string, waiting: WaitingRequest, { named }: Census): void {
    const { request, since, remindedAt } = waiting;
    const { hasHeardSince } = this.#transport;
    const now = performance.now();
    if (!isQuery(request) || !hasHeardSince(now)) return;
    const wasDeaf = !hasHeardSince(remindedAt ?? since);
    // otherwise after one second, after two, after four …: who is slow is not made slower
    if (!wasDeaf && now - since < Math.max(RECHECK_MS, 2 * ((remindedAt ?? since) - since))) return;
    waiting.remindedAt = now;
    const { missing } = waiting;
    const others = named.filter(({ uid }) => uid !== this.#own.uid && missing.includes(uid));
    for (const { uid } of others) this.#remind(uid, id, request, wasDeaf);
  }

  #remind(uid: string, id: string, request: Request, anew: boolean): void {
    debug('%s: asking %s again', request.type, uid);
    this.#transport.remind(uid, id, request, anew).catch((error) => debug('could not ask again: %s', error));
  }

  #settle(id: string, outcome: Outcome): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(this.#ownTimeouts.get(id));
    this.#ownTimeouts.delete(id);
    if (this.#waiting.size === 0) this.#rest();
    const error = 'error' in outcome ? outcome.error : undefined;
    this.#transport.onSettled?.(waiting.request, error, performance.now() - waiting.since);
    if ('error' in outcome) waiting.settle(outcome.error, outcome.error.partial);
    else waiting.settle(null, outcome.value);
  }

  #rest(): void {
    clearTimeout(this.#timeout);
    clearInterval(this.#rechecking);
    this.#timeout = undefined;
    this.#rechecking = undefined;
  }

  #fail(id: string, cause: unknown): void {
    const pending = this.#waiting.get(id);
    if (!pending) return;
    this.#settle(id, { error: new RequestFailedError(pending.request.type, partialOf(pending), cause) });
  }
}
