const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;

/** The names that Redis is still to be asked for: those of one tick together, and later and later when that does not work. */
export class WantedNames {
  readonly #names = new Set<string>();
  readonly #ask: () => void;
  #soon = false;
  #retry: NodeJS.Timeout | undefined;
  #retryIn = FIRST_RETRY_MS;

  /** @param ask - called when it is time to take them */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  add(name: string): void {
    this.#names.add(name);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }

  /** @param mayAsk - whether one can be asked for now; it stays, if not */
  take(mayAsk: (name: string) => boolean): string[] {
    const names = [...this.#names].filter(mayAsk);
    for (const name of names) this.#names.delete(name);
    return names;
  }

  /** It is time at the end of the tick. */
  askSoon(): void {
    if (this.#soon || this.#names.size === 0) return;
    this.#soon = true;
    process.nextTick(() => {
      this.#soon = false;
      if (this.#names.size > 0) this.#ask();
    });
  }

  /** It is time after a while. */
  askLater(): void {
    if (this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      if (this.#names.size > 0) this.#ask();
    }, this.#retryIn).unref();
    this.#retryIn = Math.min(2 * this.#retryIn, LAST_RETRY_MS);
  }

  /** It works: the next while is a short one. */
  works(): void {
    this.#retryIn = FIRST_RETRY_MS;
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }
}
