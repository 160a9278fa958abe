import type { Answer, Request, Sender } from '../wire/messages';
import type { Census, Peer } from './peers';
import { includesOwnAnswer, isAnsweredByPublished } from './request-kinds';

/**
 * One request that waits for its answers: who is expected, what came, whether that is all. It knows no clock and no wire.
 *
 * Nodes of this package are expected by name. The published ones are expected by number: as many as there are
 * connections that belong to no node known by name.
 */
export class PendingRequest {
  /** What the nodes answered that had something to say. */
  readonly values: unknown[] = [];
  /** Why nodes could not answer. */
  readonly failures: string[] = [];
  readonly #expected = new Set<string>();
  readonly #answered = new Set<string>();
  /** The connections of the nodes that are known by name. */
  readonly #links = new Set<string>();
  #anonymousAnswers = 0;
  #connections: number | undefined;

  constructor(
    readonly request: Request,
    own: Peer,
  ) {
    if (includesOwnAnswer(request)) this.#expectNode(own);
    else this.#links.add(own.link);
  }

  /** Takes note of who listens. Until it is called for the first time, the request is not complete. */
  expect({ connections, named }: Census): void {
    this.#connections = connections;
    for (const peer of named) this.#expectNode(peer);
  }

  /** @param sender - undefined for a published node */
  add(sender: Sender | undefined, answer: Answer): void {
    if (sender) {
      if (this.#answered.has(sender.uid)) return;
      for (const uid of sender.nodes) this.#expectNode({ uid, link: sender.link });
      this.#answered.add(sender.uid);
    } else {
      this.#anonymousAnswers += 1;
    }
    if (answer.kind === 'value') this.values.push(answer.value);
    if (answer.kind === 'failure') this.failures.push(answer.reason);
  }

  /** A node has left, and will not answer any more. */
  nodeLeft(uid: string): void {
    this.#expected.delete(uid);
  }

  /** The nodes known by name that have not answered. */
  get missing(): string[] {
    return [...this.#expected].filter((uid) => !this.#answered.has(uid));
  }

  get received(): number {
    return this.#answered.size + this.#anonymousAnswers;
  }

  /** How many nodes are to answer; undefined as long as nobody has counted them. */
  get expected(): number | undefined {
    return this.#connections === undefined
      ? undefined
      : new Set([...this.#expected, ...this.#answered]).size + this.expectedAnonymous;
  }

  get complete(): boolean {
    return (
      this.#connections !== undefined && this.#anonymousAnswers >= this.expectedAnonymous && this.missing.length === 0
    );
  }

  /** How many published nodes are to answer. */
  get expectedAnonymous(): number {
    if (!isAnsweredByPublished(this.request)) return 0;
    return Math.max(0, (this.#connections ?? 0) - this.#links.size);
  }

  #expectNode({ uid, link }: Peer): void {
    this.#expected.add(uid);
    this.#links.add(link);
  }
}
