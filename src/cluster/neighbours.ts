import type { Sender } from '../wire/messages';

type Own = Pick<Sender, 'uid' | 'link'>;

/**
 * By the subscriber connection and the namespace's channel: the uids, each with how many nodes have it. An adapter that is replaced has
 * that of the one that takes its place.
 */
const neighbours = new Map<string, Map<string, number>>();

/** The uids of the nodes of this process that hear a namespace on one subscriber: Redis counts them once. */
export class Neighbours {
  readonly #own: Own;
  readonly #key: string;

  /** @param channel - the namespace's */
  constructor(own: Own, channel: string) {
    this.#own = own;
    this.#key = `${own.link} ${channel}`;
  }

  get uids(): string[] {
    return [...(neighbours.get(this.#key)?.keys() ?? [])];
  }

  /** How this node calls itself, and them, to others. */
  get sender(): Sender {
    const { uids } = this;
    return { ...this.#own, nodes: uids.length > 0 ? uids : [this.#own.uid] };
  }

  join(): void {
    const { uid } = this.#own;
    const uids = neighbours.get(this.#key) ?? new Map<string, number>();
    neighbours.set(this.#key, uids.set(uid, (uids.get(uid) ?? 0) + 1));
  }

  /** @returns whether another one goes on with this node's uid */
  leave(): boolean {
    const { uid } = this.#own;
    const uids = neighbours.get(this.#key);
    const left = (uids?.get(uid) ?? 0) - 1;
    if (left > 0) uids?.set(uid, left);
    else uids?.delete(uid);
    if (uids?.size === 0) neighbours.delete(this.#key);
    return left > 0;
  }
}
