/**
 * A moment, which knows how long ago it was. The time of day may be set back, and the other clock may stand still while the machine
 * sleeps: what counts is the one that says more.
 */
export class Moment {
  /** In milliseconds since 1970. */
  readonly date = Date.now();
  readonly #time = performance.now();

  /** In milliseconds. */
  get age(): number {
    return Math.max(Date.now() - this.date, Math.floor(performance.now() - this.#time));
  }
}
