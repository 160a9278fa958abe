/** How far behind its latest a node's broadcast may come, and be told from one that comes twice. */
const WINDOW = 1024;
const BITS = 32;
/** More nodes than that at once are no cluster: whoever was heard of first is forgotten. */
const MAX_NODES = 1000;

/**
 * What has come of the broadcasts of the other nodes, going by the numbers that nodes of this package give them: a client may
 * send one twice when its connection ends (ioredis does), and Redis delivers none while a connection is away.
 */
export class Sequences {
  readonly #nodes = new Map<string, Sequence>();

  /**
   * Takes note of a broadcast.
   *
   * @returns false when it has come before; else how many more are missing now than before: less than 0 for one that comes late
   */
  take(uid: string, number: number): number | false {
    const sequence = this.#nodes.get(uid);
    if (sequence) return sequence.take(number);
    const [oldest] = this.#nodes.keys();
    if (oldest !== undefined && this.#nodes.size >= MAX_NODES) this.#nodes.delete(oldest);
    this.#nodes.set(uid, new Sequence(number));
    return 0;
  }

  forget(uid: string): void {
    this.#nodes.delete(uid);
  }
}

/** Of one node: the latest number, and which of those before it have come. Numbers begin anew after 2 ** 32. */
class Sequence {
  #latest: number;
  readonly #come: number[] = new Array(WINDOW / BITS).fill(0);

  constructor(first: number) {
    this.#latest = first;
    this.#mark(first);
  }

  take(number: number): number | false {
    const ahead = (number - this.#latest) | 0;
    if (ahead > 0) return this.#advance(number, ahead);
    // too far behind to tell: better twice than never
    if (ahead <= -WINDOW) return 0;
    if (this.#has(number)) return false;
    this.#mark(number);
    return -1;
  }

  #advance(number: number, ahead: number): number {
    if (ahead >= WINDOW) this.#come.fill(0);
    else this.#unmark(this.#latest + 1, ahead - 1);
    this.#latest = number;
    this.#mark(number);
    return ahead - 1;
  }

  #has(number: number): boolean {
    return ((this.#come[slotOf(number)] as number) & bitOf(number)) !== 0;
  }

  #mark(number: number): void {
    const slot = slotOf(number);
    this.#come[slot] = (this.#come[slot] as number) | bitOf(number);
  }

  /** As many numbers from the first on; a whole slot at a time where it can be. */
  #unmark(first: number, count: number): void {
    for (let i = 0; i < count; ) {
      const slot = slotOf(first + i);
      const whole = ((first + i) & (BITS - 1)) === 0 && count - i >= BITS;
      this.#come[slot] = whole ? 0 : (this.#come[slot] as number) & ~bitOf(first + i);
      i += whole ? BITS : 1;
    }
  }
}

function slotOf(number: number): number {
  return (number >>> 5) & (WINDOW / BITS - 1);
}

function bitOf(number: number): number {
  return 1 << (number & (BITS - 1));
}
