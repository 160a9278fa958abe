/** When what is subscribed was last not heard for a moment, as far as is known. */
export class Interruptions {
  /** By `performance.now()`. */
  #lastAt = Number.NEGATIVE_INFINITY;
  #isLasting = false;

  /** Something may just have been missed. */
  noted(): void {
    this.#lastAt = performance.now();
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
