import type { Callback } from './types';

/**
 * Calls back for each socket and room in the order of the calls: as to the rooms that a socket is in, Socket.IO 2 goes by the last
 * callback, and that of a join which waited for Redis must not undo a leave that came after it. A leave waits for no other room: until
 * it is called back, Socket.IO takes a join for needless.
 */
export class CallbackOrder {
  /** The last call for each socket and room that has calls which wait. */
  readonly #last = new Map<string, Promise<void>>();

  /** @param done - what the call waits for, besides those before it; it never rejects */
  add(sid: string, rooms: readonly string[], done: Promise<void> | undefined, fn: Callback | undefined): void {
    const keys = rooms.map((room) => `${sid} ${room}`);
    const before = keys.map((key) => this.#last.get(key)).filter((call) => call !== undefined);
    if (before.length === 0 && !done) {
      callBack(fn);
      return;
    }
    const turn = Promise.all([...before, done]).then(() => callBack(fn));
    for (const key of keys) this.#last.set(key, turn);
    void turn.then(() => {
      for (const key of keys) if (this.#last.get(key) === turn) this.#last.delete(key);
    });
  }
}

export function callBack(fn: Callback | undefined): void {
  if (fn) process.nextTick(fn, null);
}
