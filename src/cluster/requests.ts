import uid2 from 'uid2';
import { AdapterClosedError, RequestFailedError } from '../errors';
import type { Answer, DialectName, Request, Sender } from '../wire/messages';
import { outcomeOf, partialOf, timeoutOf } from './outcome';
import type { Census, Peer } from './peers';
import { PendingRequest } from './pending';
import { includesOwnAnswer } from './request-kinds';

/** How often it is checked whether those who are waited for are still there. */
const RECHECK_MS = 1000;

export interface Transport {
  readonly requestsTimeout: number;
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

interface Waiting {
  pending: PendingRequest;
  settle(outcome: { value: unknown } | { error: Error }): void;
}

/** The requests of one node that wait for answers: each is settled once, at its timeout at the latest. */
export class Requests {
  readonly #transport: Transport;
  readonly #own: Peer;
  readonly #waiting = new Map<string, Waiting>();
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
   * @throws {AdapterClosedError}
   */
  ask(request: Request): Promise<unknown> {
    if (this.#closed) return Promise.reject(new AdapterClosedError());
    const id = uid2(6);
    const pending = new PendingRequest(request, this.#transport.answering(request));
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => settle({ error: timeoutOf(pending) }), this.#transport.requestsTimeout);
      const recheck = setInterval(() => void this.#count(id), RECHECK_MS);
      const settle: Waiting['settle'] = (outcome) => {
        clearTimeout(timeout);
        clearInterval(recheck);
        if (!this.#waiting.delete(id)) return;
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.value);
      };
      this.#waiting.set(id, { pending, settle });
      this.#start(id, pending).catch((error) => this.#fail(id, error));
    });
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

  close(): void {
    this.#closed = true;
    for (const { settle } of [...this.#waiting.values()]) settle({ error: new AdapterClosedError() });
  }

  async #start(id: string, pending: PendingRequest): Promise<void> {
    const { request } = pending;
    const { local } = this.#transport;
    const answered = local && includesOwnAnswer(request) ? this.#answer(id, local.answer(request)) : undefined;
    // when the socket is here, nobody else has it
    if ('sid' in request && local?.isHere(request.sid)) await answered;
    if (!this.#waiting.has(id)) return;
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
      this.#waiting.get(id)?.pending.expect(census, this.#own);
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
    if (outcome) waiting.settle(outcome);
  }

  #fail(id: string, cause: unknown): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    const { pending } = waiting;
    waiting.settle({ error: new RequestFailedError(pending.request.type, partialOf(pending), cause) });
  }
}
