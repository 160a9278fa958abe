import { randomInt } from 'node:crypto';

/** How far behind its latest a node's broadcast may come, and be told from one that comes twice. */
const WINDOW = 1024;
const BITS = 32;
/** Nobody misses as many, or sends one again so late: it is another beginning. */
const FARTHEST = 2 ** 20;
/** More nodes than that at once are no cluster: whoever was heard of first is forgotten. */
const MAX_NODES = 1000;

/** Whether the broadcasts to a namespace have numbers: its channel may be another namespace's as well, where they would be in the way. */
export function isNumbered(nsp: string): boolean {
  return !nsp.includes('#');
}

/** Numbers the broadcasts that one sends to a namespace. */
export class Numbering {
  readonly #isNumbered: boolean;
  /** Begins anywhere: a namespace may be made anew, and nobody is to take its broadcasts for those that it sent before. */
  #next = randomInt(2 ** 32);

  constructor(nsp: string) {
    this.#isNumbered = isNumbered(nsp);
  }

  /** The number of the next broadcast, if it is to have one. */
  get next(): number | undefined {
    return this.#isNumbered ? this.#next : undefined;
  }

  /** A broadcast has been written with that number. */
  used(): void {
    this.#next = (this.#next + 1) >>> 0;
  }
}

/**
 * What has come of the broadcasts of others, going by the numbers that nodes and emitters of this package give them: a client may
 * send one twice when its connection ends (ioredis does), and Redis delivers none while a connection is away.
 */
export class Sequences {
  readonly #nodes = new Map<string, Sequence>();
  /** Who was heard last, and is likely to be heard next: a look-up takes a fiftieth of a message (measured). */
  #lastUid: string | undefined;
  #last: Sequence | undefined;

  /**
   * Takes note of a broadcast.
   *
   * @returns false when it has come before; else how many more are missing now than before: less than 0 for one that comes late
   */
  take(uid: string, number: number): number | false {
    if (uid !== this.#lastUid) {
      this.#lastUid = uid;
      this.#last = this.#nodes.get(uid);
    }
    if (this.#last) return this.#last.take(number);
    const [oldest] = this.#nodes.keys();
    if (oldest !== undefined && this.#nodes.size >= MAX_NODES) this.#nodes.delete(oldest);
    this.#last = new Sequence(number);
    this.#nodes.set(uid, this.#last);
    return 0;
  }

  forget(uid: string): void {
    this.#nodes.delete(uid);
    if (uid === this.#lastUid) this.#last = undefined;
  }
}

/** Of one node: the latest number, and which of those before it have come. Numbers begin anew after 2 ** 32. */
class Sequence {
  #first: number;
  #latest: number;
  /** A bit a number. There is none as long as all have come in their order, which most do. */
  #come: number[] | undefined;

  constructor(first: number) {
    this.#first = first;
    this.#latest = first;
  }

  take(number: number): number | false {
    const ahead = (number - this.#latest) | 0;
    if (ahead === 1 && !this.#come) {
      this.#latest = number;
      return 0;
    }
    if (Math.abs(ahead) > FARTHEST) return this.#beginAnew(number);
    this.#come ??= this.#allSinceFirst();
    if (ahead > 0) return this.#advance(this.#come, number, ahead);
    // too far behind to tell: better twice than never
    if (ahead <= -WINDOW) return 0;
    if (((this.#come[slotOf(number)] as number) & bitOf(number)) !== 0) return false;
    mark(this.#come, number);
    return -1;
  }

  #beginAnew(number: number): number {
    this.#first = number;
    this.#latest = number;
    this.#come = undefined;
    return 0;
  }

  #allSinceFirst(): number[] {
    const come: number[] = new Array(WINDOW / BITS).fill(0);
    const count = Math.min(WINDOW, (this.#latest - this.#first + 1) >>> 0);
    for (let i = 0; i < count; i++) mark(come, this.#latest - i);
    return come;
  }

  #advance(come: number[], number: number, ahead: number): number {
    if (ahead >= WINDOW) come.fill(0);
    else unmark(come, this.#latest + 1, ahead - 1);
    this.#latest = number;
    mark(come, number);
    return ahead - 1;
  }
}

/** As many numbers from the first on; a whole slot at a time where it can be. */
function unmark(slots: number[], first: number, count: number): void {
  for (let i = 0; i < count; ) {
    const slot = slotOf(first + i);
    const whole = ((first + i) & (BITS - 1)) === 0 && count - i >= BITS;
    slots[slot] = whole ? 0 : (slots[slot] as number) & ~bitOf(first + i);
    i += whole ? BITS : 1;
  }
}

function mark(slots: number[], number: number): void {
  const slot = slotOf(number);
  slots[slot] = (slots[slot] as number) | bitOf(number);
}

function slotOf(number: number): number {
  return (number >>> 5) & (WINDOW / BITS - 1);
}

function bitOf(number: number): number {
  return 1 << (number & (BITS - 1));
}
