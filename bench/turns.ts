/**
 * Has the subjects of a group work one at a time, pass by pass: what the machine does in the meantime then befalls all of them, and
 * ratios within a pass tell more than those between one minute and the next.
 */
export class Turns {
  readonly #present: Set<number>;
  readonly #waiting = new Map<number, () => Promise<void>>();
  #running = false;

  /** @param count - how many there are, whose places count from 0 on */
  constructor(count: number) {
    this.#present = new Set(Array(count).keys());
  }

  /** Waits until all others who are present wait as well, and for the turn of this one. @returns what the work returned */
  take<T>(place: number, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(place, () => work().then(resolve, reject));
      void this.#pass();
    });
  }

  /** This one takes no turn any more. */
  leave(place: number): void {
    this.#present.delete(place);
    void this.#pass();
  }

  async #pass(): Promise<void> {
    if (this.#running || this.#present.size === 0 || this.#waiting.size < this.#present.size) return;
    this.#running = true;
    const places = [...this.#waiting.keys()].sort((a, b) => a - b);
    for (const place of places) {
      const work = this.#waiting.get(place);
      this.#waiting.delete(place);
      await work?.();
    }
    this.#running = false;
    void this.#pass();
  }
}
