/**
 * By the subscriber connection and the namespace's channel: the uids, each with how many nodes have it. An adapter that is replaced has
 * that of the one that takes its place.
 */
const neighbours = new Map<string, Map<string, number>>();

/** The uids of the nodes of this process that hear a namespace on one subscriber: Redis counts them once. */
export class Neighbours {
  readonly #key: string;

  /**
   * @param link - the subscriber connection
   * @param channel - the namespace's
   */
  constructor(link: string, channel: string) {
    this.#key = `${link} ${channel}`;
  }

  get uids(): string[] {
    return [...(neighbours.get(this.#key)?.keys() ?? [])];
  }

  add(uid: string): void {
    const uids = neighbours.get(this.#key) ?? new Map<string, number>();
    neighbours.set(this.#key, uids.set(uid, (uids.get(uid) ?? 0) + 1));
  }

  remove(uid: string): void {
    const uids = neighbours.get(this.#key);
    const left = (uids?.get(uid) ?? 0) - 1;
    if (left > 0) uids?.set(uid, left);
    else uids?.delete(uid);
    if (uids?.size === 0) neighbours.delete(this.#key);
  }
}
