import type { Callback } from './types';

/**
 * Calls back for each socket in the order of the calls: as to the rooms that a socket is in, Socket.IO 2 goes by the last callback, and
 * that of a join which waited for Redis must not undo a leave that came after it.
 */
export class CallbackOrder {
  /** The last call of each socket that has calls which wait. */
  readonly #last = new Map<string, Promise<void>>();

  /** @param done - what the call waits for, besides those before it; it never rejects */
  add(sid: string, done: Promise<void> | undefined, fn: Callback | undefined): void {
    const before = this.#last.get(sid);
    if (!before && !done) {
      callBack(fn);
      return;
    }
    const turn = Promise.all([before, done]).then(() => callBack(fn));
    this.#last.set(sid, turn);
    void turn.then(() => {
      if (this.#last.get(sid) === turn) this.#last.delete(sid);
    });
  }
}

export function callBack(fn: Callback | undefined): void {
  if (fn) process.nextTick(fn, null);
}
