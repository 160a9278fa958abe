import { Moment } from '../moment';

/** The ACL may change. */
const TRY_AGAIN_AFTER_MS = 2000;
/** A connection that works says so more often. */
const RECENT_MS = 2 * TRY_AGAIN_AFTER_MS;
/** Each is refused with a command of its own, or two. */
const AT_ONCE = 100;

/** The names that Redis forbids: some of them are tried again now and then, in turn. */
export class ForbiddenNames {
  readonly #names = new Set<string>();
  readonly #tryAgain: (names: readonly string[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #toldAt: Moment | undefined;

  constructor(tryAgain: (names: readonly string[]) => void) {
    this.#tryAgain = tryAgain;
  }

  /** Redis has just said so. */
  add(name: string): void {
    this.#toldAt = new Moment();
    this.#names.add(name);
    this.#timer ??= setTimeout(() => this.#onTime(), TRY_AGAIN_AFTER_MS).unref();
  }

  delete(name: string): void {
    this.#names.delete(name);
  }

  /** One that was forbidden is permitted: so may the others be. @returns all of them, to be tried */
  takeAll(): string[] {
    return this.#take(this.#names.size);
  }

  /** Whether Redis has said of late that one is forbidden. */
  get areRecent(): boolean {
    return this.#toldAt !== undefined && this.#toldAt.age <= RECENT_MS;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #onTime(): void {
    this.#timer = undefined;
    const names = this.#take(AT_ONCE);
    if (this.#names.size > 0) this.#timer = setTimeout(() => this.#onTime(), TRY_AGAIN_AFTER_MS).unref();
    if (names.length > 0) this.#tryAgain(names);
  }

  #take(count: number): string[] {
    const names = [...this.#names].slice(0, count);
    for (const name of names) this.#names.delete(name);
    return names;
  }
}
