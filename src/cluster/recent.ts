/** How long it remembers what comes, in milliseconds, unless there is too much: clients connect anew within that. */
const REMEMBERED_MS = 10_000;
/**
 * It remembers as many of the latest in any case, and no more than twice as many: who is slow is to take each reminder of what waits
 * for it for one. They take 2.4 MB at most (measured).
 */
const REMEMBERED = 10_000;
/** No peer's is longer, with its name: nobody is to fill the memory. */
const LONGEST = 200;

/** The ids of what has come of late: a client may send a message again when its connection has ended (ioredis does). */
export class Recent {
  #ids = new Set<string>();
  #earlier = new Set<string>();
  #since = Date.now();

  /** Takes note of an id. @returns whether it is new */
  add(id: string): boolean {
    if (id.length > LONGEST) return true;
    if (this.#ids.has(id) || this.#earlier.has(id)) return false;
    if (this.#ids.size >= REMEMBERED || Date.now() - this.#since > REMEMBERED_MS) {
      this.#earlier = this.#ids;
      this.#ids = new Set();
      this.#since = Date.now();
    }
    this.#ids.add(id);
    return true;
  }

  /** It has not come to anything: the next one is to be as if it were new. */
  delete(id: string): void {
    this.#ids.delete(id);
    this.#earlier.delete(id);
  }
}
