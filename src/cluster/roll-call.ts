import type { PubSub } from '../redis/pub-sub';
import type { Request } from '../wire/messages';
import type { Peers } from './peers';
import { isQuery } from './request-kinds';

export interface RollCallSettings {
  peers: Peers;
  pubSub: PubSub;
  /** Milliseconds that a node has to say that it is there. */
  patience: number;
  /** Makes the others say that they are there, at once; undefined for who is no node, and cannot. */
  greet?: (() => void) | undefined;
}

/** Tells the nodes that are frozen, cut off or gone without a word from those that take their time. */
export class RollCall {
  readonly #settings: RollCallSettings;
  #calling: NodeJS.Timeout | undefined;

  constructor(settings: RollCallSettings) {
    this.#settings = settings;
  }

  /** Nodes have let a request time out. @param since - when they were asked, by `performance.now()` */
  missed(request: Request, uids: readonly string[], since: number): void {
    if (isQuery(request)) this.#take(uids, since);
    else this.call(uids);
  }

  /** The user's code may still be at it, or time was short: whether the nodes are there, they are to say. One such call at a time. */
  call(uids: readonly string[]): void {
    const { greet, patience, peers } = this.#settings;
    if (!greet || this.#calling || uids.length === 0) return;
    const since = performance.now();
    greet();
    this.#calling = setTimeout(() => {
      this.#calling = undefined;
      const silent = uids.filter((uid) => !peers.wasHeardSince(uid, since));
      this.#take(silent, since);
    }, patience).unref();
  }

  close(): void {
    clearTimeout(this.#calling);
  }

  #take(silent: readonly string[], since: number): void {
    const { peers, pubSub } = this.#settings;
    // else it was this node that was cut off
    if (pubSub.hasHeardSince(since)) for (const uid of silent) peers.fellSilent(uid);
  }
}
