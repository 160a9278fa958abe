/** By the subscriber connection and the namespace's channel. */
const neighbours = new Map<string, Set<string>>();

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
    return [...(neighbours.get(this.#key) ?? [])];
  }

  add(uid: string): void {
    const uids = neighbours.get(this.#key) ?? new Set();
    neighbours.set(this.#key, uids.add(uid));
  }

  remove(uid: string): void {
    const uids = neighbours.get(this.#key);
    uids?.delete(uid);
    if (uids?.size === 0) neighbours.delete(this.#key);
  }
}
