import { AsyncResource } from 'node:async_hooks';
import uid2 from 'uid2';
import { AdapterClosedError, RequestFailedError, TooManyRequestsError } from '../errors';
import type { Answer, DialectName, Request, Sender } from '../wire/messages';
import { outcomeOf, partialOf, timeoutOf } from './outcome';
import type { Census, Peer } from './peers';
import { PendingRequest } from './pending';
import { includesOwnAnswer, isAnsweredAtOnce } from './request-kinds';

/** How often it is checked whether those who are waited for are still there. */
const RECHECK_MS = 1000;

export interface Transport {
  readonly requestsTimeout: number;
  readonly maxPendingRequests: number;
  onRefused?(): void;
  /** A node has not answered in time. */
  onSilent(uid: string): void;
  /** A request has come to its end. @param error - what went wrong, if anything @param duration - in ms */
  onSettled?(request: Request, error: Error | undefined, duration: number): void;
  /** This node's own part; undefined for who is no node. */
  readonly local?: {
    answer(request: Request): Promise<Answer>;
    /** Whether the socket is on this node. */
    isHere(sid: string): boolean;
  };
  /** Sends the request to the other nodes: at once, as soon as this node can hear their answers. */
  send(id: string, request: Request): Promise<Error | undefined>;
  /** Sends it again, in case somebody does not understand the dialect in which it was asked. */
  repeat(id: string, request: Request, census: Census): Promise<unknown>;
  /** Counts who listens. */
  census(): Promise<Census>;
  /** The published nodes that answer such a request. */
  answering(request: Request): readonly DialectName[];
}

/** The callbacks of the 5.x API, and of Socket.IO's. On an error, `value` is what had come in, if anything. */
export type NodeCallback<T> = (error: Error | null, value?: T) => void;

/** There may be very many, so it is small. */
interface Waiting {
  pending: PendingRequest;
  /** By `performance.now()`. */
  since: number;
  /** Whether the others may have heard it. */
  sent: boolean;
  fn: NodeCallback<unknown>;
  /** What keeps the asynchronous context for it; a promise needs none. */
  scope: AsyncResource | undefined;
}

type Outcome = { value: unknown } | { error: Error & { partial?: unknown } };

/** The requests of one node that wait for answers: each is settled once, at its timeout at the latest. */
export class Requests {
  readonly #transport: Transport;
  readonly #own: Peer;
  /** In the order in which they were asked, which is that in which their time is over. */
  readonly #waiting = new Map<string, Waiting>();
  /** Of the oldest, or earlier. */
  #timeout: NodeJS.Timeout | undefined;
  #rechecking: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(own: Peer, transport: Transport) {
    this.#own = own;
    this.#transport = transport;
  }

  /**
   * @throws {RequestTimeoutError} when not everyone answered in time
   * @throws {UnknownSocketError} when every node said that it does not have the socket
   * @throws {RemoteNodeError} when a node could not answer
   * @throws {RequestFailedError} when it could not be sent
   * @throws {TooManyRequestsError}
   * @throws {AdapterClosedError}
   */
  ask(request: Request): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fn = (error: Error | null, value: unknown) => (error ? reject(error) : resolve(value));
      this.#ask(request, { fn, scope: undefined });
    });
  }

  /**
   * The same with a callback, which takes half the memory. It is called on a tick of its own, so that what it throws is the user's,
   * and in the asynchronous context of whoever asked.
   */
  askWith(request: Request, fn: NodeCallback<unknown>): void {
    this.#ask(request, { fn, scope: new AsyncResource('SOCKET_IO_REDIS_REQUEST', { requireManualDestroy: true }) });
  }

  #ask(request: Request, { fn, scope }: Pick<Waiting, 'fn' | 'scope'>): void {
    const refusal = this.#refusalOf(request);
    if (refusal) {
      this.#transport.onSettled?.(request, refusal, 0);
      callBack({ fn, scope }, refusal);
      return;
    }
    const id = uid2(6);
    const pending = new PendingRequest(request, this.#own.uid);
    this.#waiting.set(id, { pending, since: performance.now(), sent: false, fn, scope });
    this.#timeout ??= setTimeout(() => this.#onTime(), this.#transport.requestsTimeout);
    this.#rechecking ??= setInterval(() => this.#recheck(), RECHECK_MS);
    this.#start(id, pending).catch((error) => this.#fail(id, error));
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
    return this.#waiting.get(id)?.pending.request;
  }

  add(id: string, sender: Sender | undefined, answer: Answer): void {
    const pending = this.#waiting.get(id)?.pending;
    if (!pending) return;
    const recount = sender !== undefined && pending.wasCounted(sender.uid);
    pending.add(sender, answer);
    this.#check(id);
    if (recount) void this.#count(id);
  }

  nodeLeft(uid: string): void {
    for (const [id, { pending }] of [...this.#waiting]) {
      pending.nodeLeft(uid);
      this.#check(id);
    }
  }

  /** The ids of the requests that have been sent, and wait. */
  get sent(): string[] {
    return [...this.#waiting].filter(([, { sent }]) => sent).map(([id]) => id);
  }

  /** A node has come too late to hear these requests. */
  unheard(uid: string, ids: readonly string[]): void {
    for (const id of ids) {
      const pending = this.#waiting.get(id)?.pending;
      if (!pending) continue;
      pending.nodeLeft(uid);
      // it may have been counted before it was known by name
      void this.#count(id);
    }
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { error: new AdapterClosedError() });
  }

  async #start(id: string, pending: PendingRequest): Promise<void> {
    const { request } = pending;
    const { local } = this.#transport;
    const answered = local && includesOwnAnswer(request) ? this.#answer(id, local.answer(request)) : undefined;
    // when the socket is here, nobody else has it
    if ('sid' in request && local?.isHere(request.sid)) await answered;
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
      const pending = this.#waiting.get(id)?.pending;
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
    const outcome = waiting && outcomeOf(waiting.pending);
    if (outcome) this.#settle(id, outcome);
  }

  /** Ends the requests whose time is over. */
  #onTime(): void {
    this.#timeout = undefined;
    const { requestsTimeout } = this.#transport;
    for (const [id, { pending, since }] of this.#waiting) {
      const left = since + requestsTimeout - performance.now();
      if (left > 0) {
        // one that was asked meanwhile may have set another
        clearTimeout(this.#timeout);
        this.#timeout = setTimeout(() => this.#onTime(), Math.ceil(left));
        return;
      }
      this.#timeOut(id, pending);
    }
  }

  #timeOut(id: string, pending: PendingRequest): void {
    if (isAnsweredAtOnce(pending.request)) for (const uid of pending.missing) this.#transport.onSilent(uid);
    this.#settle(id, { error: timeoutOf(pending) });
  }

  #recheck(): void {
    for (const id of this.#waiting.keys()) void this.#count(id);
  }

  #settle(id: string, outcome: Outcome): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#rest();
    const { pending, since } = waiting;
    const error = 'error' in outcome ? outcome.error : undefined;
    this.#transport.onSettled?.(pending.request, error, performance.now() - since);
    if ('error' in outcome) callBack(waiting, outcome.error, outcome.error.partial);
    else callBack(waiting, null, outcome.value);
  }

  #rest(): void {
    clearTimeout(this.#timeout);
    clearInterval(this.#rechecking);
    this.#timeout = undefined;
    this.#rechecking = undefined;
  }

  #fail(id: string, cause: unknown): void {
    const pending = this.#waiting.get(id)?.pending;
    if (!pending) return;
    this.#settle(id, { error: new RequestFailedError(pending.request.type, partialOf(pending), cause) });
  }
}

function callBack({ fn, scope }: Pick<Waiting, 'fn' | 'scope'>, error: Error | null, value?: unknown): void {
  if (scope) {
    scope.runInAsyncScope(process.nextTick, process, fn, error, value);
    scope.emitDestroy();
  } else {
    fn(error, value);
  }
}
