/** What fails again in less time has not worked in between: clients wait five seconds for a connection, and two until they try again. */
const ONE_WITHIN_MS = 10_000;

/** When what is subscribed was last not heard for a moment, as far as is known. */
export class Interruptions {
  /** By `performance.now()`, both. */
  #lastAt = Number.NEGATIVE_INFINITY;
  #shakenAt = Number.NEGATIVE_INFINITY;
  #isLasting = false;

  /** Something may just have been missed. */
  noted(): void {
    this.#lastAt = performance.now();
  }

  /** Likewise, since one of several connections has failed. One that goes on failing, for hours maybe, is one interruption. */
  shaken(): void {
    const now = performance.now();
    if (now - this.#shakenAt > ONE_WITHIN_MS) this.noted();
    this.#shakenAt = now;
  }

  /** Likewise, until all is heard again. @param heard - asked once, however many are lost one by one meanwhile */
  async until(heard: () => Promise<unknown>): Promise<void> {
    this.noted();
    if (this.#isLasting) return;
    this.#isLasting = true;
    await heard();
    this.#isLasting = false;
    this.noted();
  }

  /** @param moment - by `performance.now()` */
  anySince(moment: number): boolean {
    return this.#lastAt > moment;
  }
}
