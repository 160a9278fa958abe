import type { PubSub } from '../redis/pub-sub';

const neighbours = new WeakMap<PubSub, Map<string, Set<string>>>();

/**
 * The uids of the nodes of this process that hear a namespace on one pair of clients: Redis counts them once.
 *
 * @param channel - the namespace's
 */
export class Neighbours {
  readonly #byChannel: Map<string, Set<string>>;
  readonly #channel: string;

  constructor(pubSub: PubSub, channel: string) {
    this.#byChannel = neighbours.get(pubSub) ?? new Map();
    neighbours.set(pubSub, this.#byChannel);
    this.#channel = channel;
  }

  get uids(): string[] {
    return [...(this.#byChannel.get(this.#channel) ?? [])];
  }

  add(uid: string): void {
    const uids = this.#byChannel.get(this.#channel) ?? new Set();
    this.#byChannel.set(this.#channel, uids.add(uid));
  }

  remove(uid: string): void {
    const uids = this.#byChannel.get(this.#channel);
    uids?.delete(uid);
    if (uids?.size === 0) this.#byChannel.delete(this.#channel);
  }
}
