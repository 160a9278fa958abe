import type { Answer, DialectName, Request, Sender } from '../wire/messages';
import type { Census, Peer } from './peers';
import { includesOwnAnswer } from './request-kinds';

/** Of a node known by name; `silent` is one that let an earlier request time out. */
type State = 'expected' | 'silent' | 'answered' | 'left';

/**
 * One request that waits for its answers: who is expected, what came, whether that is all. It knows no clock and no wire.
 *
 * Nodes of this package are expected by name, the published ones by number.
 */
export class PendingRequest {
  /** What the nodes answered that had something to say. */
  readonly values: unknown[] = [];
  /** Why nodes could not answer. */
  readonly failures: string[] = [];
  /** The nodes that are known by name. */
  readonly #nodes = new Map<string, State>();
  #publishedAnswers = 0;
  #publishedExpected: number | undefined;

  /** @param answering - the published nodes that answer such a request */
  constructor(
    readonly request: Request,
    readonly answering: readonly DialectName[],
  ) {}

  /**
   * Takes note of who listens. Until it is called for the first time, the request is not complete; from the second time on, it
   * is for those who have gone in the meantime. Who has come since has not heard the request.
   */
  expect(census: Census, own: Peer): void {
    const published = this.answering.reduce((sum, dialect) => sum + census.published[dialect], 0);
    const uids = census.named.map(({ uid }) => uid).filter((uid) => uid !== own.uid || includesOwnAnswer(this.request));
    if (this.#publishedExpected === undefined) {
      this.#publishedExpected = published;
      for (const uid of uids) {
        if (!this.#nodes.has(uid)) this.#nodes.set(uid, census.silent.has(uid) ? 'silent' : 'expected');
      }
      return;
    }
    this.#publishedExpected = Math.min(this.#publishedExpected, published);
    for (const uid of this.missing) if (!uids.includes(uid)) this.#nodes.delete(uid);
  }

  /** @param sender - undefined for a published node */
  add(sender: Sender | undefined, answer: Answer): void {
    if (sender) {
      if (this.#nodes.get(sender.uid) === 'answered') return;
      this.#nodes.set(sender.uid, 'answered');
    } else {
      this.#publishedAnswers += 1;
    }
    if (answer.kind === 'value') this.values.push(answer.value);
    if (answer.kind === 'failure') this.failures.push(answer.reason);
  }

  /** Whether the node was taken for a published one, when it was counted: it was not known by name yet. */
  wasCounted(uid: string): boolean {
    const state = this.#nodes.get(uid);
    if (state !== undefined && state !== 'left') return false;
    return (this.#publishedExpected ?? 0) > this.#publishedAnswers;
  }

  /** A node has left, and will not answer any more. */
  nodeLeft(uid: string): void {
    if (this.#nodes.get(uid) !== 'answered') this.#nodes.set(uid, 'left');
  }

  /** The nodes known by name that have not answered. */
  get missing(): string[] {
    return [...this.#uids('expected'), ...this.#uids('silent')];
  }

  get received(): number {
    return this.#uids('answered').length + this.#publishedAnswers;
  }

  /** How many nodes are to answer; undefined as long as nobody has counted them. */
  get expected(): number | undefined {
    if (this.#publishedExpected === undefined) return undefined;
    return this.missing.length + this.#uids('answered').length + this.#publishedExpected;
  }

  /** Whether all those have answered that may be expected to. */
  get settled(): boolean {
    const published = this.#publishedAnswers >= (this.#publishedExpected ?? Number.POSITIVE_INFINITY);
    return published && this.#uids('expected').length === 0;
  }

  get complete(): boolean {
    return this.settled && this.#uids('silent').length === 0;
  }

  #uids(state: State): string[] {
    const uids: string[] = [];
    for (const [uid, is] of this.#nodes) if (is === state) uids.push(uid);
    return uids;
  }
}
