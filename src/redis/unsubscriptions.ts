import debugModule from 'debug';
import { within } from '../within';
import { inBatches } from './batches';

const debug = debugModule('socket.io-redis:subscriptions');

const UNSUBSCRIBE_WITHIN_MS = 500;
/** Not every client tells when the node is back that did not take it. */
const TRY_AGAIN_AFTER_MS = 2000;

export interface UnsubscriptionsSettings {
  /** See `inBatches()`. */
  isPerSlot(): boolean;
  isReady(): boolean;
  unsubscribe(names: readonly string[]): Promise<unknown>;
  /** Whether somebody wants the name after all. */
  isWanted(name: string): boolean;
  /** Redis has been told of some, or cannot be. */
  onEnded(): void;
}

/** The names that Redis is to be told of that nobody wants them any more. */
export class Unsubscriptions {
  readonly #settings: UnsubscriptionsSettings;
  /** Those that it is still to be told of. */
  readonly #names = new Set<string>();
  /** Those that it is being told of. */
  readonly #ending = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  constructor(settings: UnsubscriptionsSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#names.size;
  }

  /** Whether it is being told of some, and has not answered. */
  get isTelling(): boolean {
    return this.#ending.size > 0;
  }

  /** Also those that it has not answered to. */
  get names(): string[] {
    return [...this.#names, ...this.#ending];
  }

  /** Whether it is to be told of it, or is being told. */
  has(name: string): boolean {
    return this.#names.has(name) || this.#ending.has(name);
  }

  add(name: string): void {
    this.#names.add(name);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }

  /** Whether Redis is being told of it, and has not answered. */
  isEnding(name: string): boolean {
    return this.#ending.has(name);
  }

  /** @returns once Redis has been told of all that are not wanted; at once when it is away */
  async tell(): Promise<void> {
    const { isPerSlot, isReady, isWanted } = this.#settings;
    // whatever else leaves in this tick travels along
    await Promise.resolve();
    // clients subscribe by themselves again to what they had: so it is said once they are back
    if (!isReady()) return;
    const names = [...this.#names].filter((name) => !isWanted(name));
    this.#names.clear();
    const told = inBatches(names, isPerSlot(), (name) => name).map((batch) => this.#end(batch));
    // a Redis that is frozen must not hold up those who close
    if (told.length > 0) await within(UNSUBSCRIBE_WITHIN_MS, Promise.all(told));
  }

  /** What could not be told is told once the client is back, or never. */
  close(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  async #end(names: readonly string[]): Promise<void> {
    const { unsubscribe, isWanted, onEnded } = this.#settings;
    for (const name of names) this.#ending.add(name);
    try {
      await unsubscribe(names);
    } catch (error) {
      debug('could not unsubscribe from %d names: %s', names.length, error);
      // the connection went away; the client may make the subscriptions again on the next one
      for (const name of names) if (!isWanted(name)) this.#names.add(name);
      this.#tryAgainLater();
    }
    for (const name of names) this.#ending.delete(name);
    onEnded();
  }

  #tryAgainLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      void this.tell();
    }, TRY_AGAIN_AFTER_MS).unref();
  }
}
