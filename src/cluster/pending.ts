import type { Answer, DialectName, Request, Sender } from '../wire/messages';
import type { Census, Peer } from './peers';
import { includesOwnAnswer, isQuery } from './request-kinds';

/**
 * One request that waits for its answers: who is expected, what came, whether that is all. It knows no clock and no wire.
 *
 * Nodes of this package are expected by name, the published ones by number. Very many requests may wait, so it keeps little as long as
 * nobody has answered.
 */
export class PendingRequest {
  /** Why a node could not answer: the first one's reason. */
  failure: string | undefined;
  /** Who listened when it was sent: one for all requests of a tick. */
  #census: Census | undefined;
  #publishedExpected = 0;
  #publishedAnswers = 0;
  #values: unknown[] | undefined;
  /** The nodes known by name that have answered; undefined before the first one. */
  #answered: Set<string> | undefined;
  /** Likewise, those that have left. */
  #left: Set<string> | undefined;

  constructor(readonly request: Request) {}

  /**
   * Takes note of who listens. Until it is called for the first time, the request is not complete; from the second time on, it
   * is for those who have gone in the meantime. Who has come since has not heard the request.
   *
   * @param answering - the published nodes that answer such a request
   */
  expect(census: Census, answering: readonly DialectName[]): void {
    const published = answering.reduce((sum, dialect) => sum + census.published[dialect], 0);
    if (!this.#census) {
      this.#census = census;
      this.#publishedExpected = published;
      return;
    }
    this.#publishedExpected = Math.min(this.#publishedExpected, published);
    for (const uid of this.missing) if (!isKnown(census, uid)) this.nodeLeft(uid);
  }

  /** @param sender - undefined for a published node */
  add(sender: Sender | undefined, answer: Answer): void {
    if (sender) {
      if (this.#answered?.has(sender.uid)) return;
      this.#answered ??= new Set();
      this.#answered.add(sender.uid);
    } else {
      this.#publishedAnswers += 1;
    }
    if (answer.kind === 'value') {
      this.#values ??= [];
      this.#values.push(answer.value);
    }
    if (answer.kind === 'failure') this.failure ??= answer.reason;
  }

  /** What the nodes answered that had something to say. */
  get values(): unknown[] {
    return this.#values ?? [];
  }

  /** Whether the node was taken for a published one, when it was counted: it was not known by name yet. */
  wasCounted(uid: string): boolean {
    const known = this.#census !== undefined && isNamed(this.#census, uid) && !this.#left?.has(uid);
    if (known || this.#answered?.has(uid)) return false;
    return this.#publishedExpected > this.#publishedAnswers;
  }

  /** Whether the node's answer may be waited for. */
  mayExpect(uid: string): boolean {
    if (!this.#census) return !this.#answered?.has(uid);
    return this.missing.includes(uid) || this.wasCounted(uid);
  }

  /** A node has left, and will not answer any more. */
  nodeLeft(uid: string): void {
    if (this.#answered?.has(uid)) return;
    this.#left ??= new Set();
    this.#left.add(uid);
  }

  /** The nodes known by name that have not answered. */
  get missing(): string[] {
    return [...this.#missing(false), ...this.#missing(true)];
  }

  get received(): number {
    return (this.#answered?.size ?? 0) + this.#publishedAnswers;
  }

  /** How many nodes are to answer; undefined as long as nobody has counted them. */
  get expected(): number | undefined {
    return this.#census && this.missing.length + (this.#answered?.size ?? 0) + this.#publishedExpected;
  }

  /** Whether all those have answered that may be expected to. */
  get settled(): boolean {
    if (!this.#census || this.#publishedAnswers < this.#publishedExpected) return false;
    return this.#missing(false).length === 0;
  }

  get complete(): boolean {
    return this.settled && this.#missing(true).length === 0;
  }

  /** @param silent - those that had let an earlier request time out, or the others */
  #missing(silent: boolean): string[] {
    if (!this.#census) return [];
    const missing: string[] = [];
    for (const { uid } of this.#expected(this.#census)) {
      if (this.#answered?.has(uid) || this.#left?.has(uid) || this.#census.silent.has(uid) !== silent) continue;
      if (uid !== this.#census.own || includesOwnAnswer(this.request)) missing.push(uid);
    }
    return missing;
  }

  /** Who is away for a moment does not hear it, but is asked again. */
  #expected({ named, away }: Census): readonly Peer[] {
    return away.length > 0 && isQuery(this.request) ? [...named, ...away] : named;
  }
}

function isNamed({ named }: Census, uid: string): boolean {
  return named.some((peer) => peer.uid === uid);
}

function isKnown(census: Census, uid: string): boolean {
  return isNamed(census, uid) || census.away.some((peer) => peer.uid === uid);
}
