import { setImmediate as turn } from 'node:timers/promises';

/** A timer that comes later than this was held up. */
const HELD_UP_MS = 250;

/**
 * Waits for a promise, but no longer than so many milliseconds, and does not keep the process alive. When the event loop was
 * blocked meanwhile, what has arrived in that time is still to be read: so it waits once more.
 */
export async function patience(ms: number, promise: Promise<unknown>): Promise<void> {
  let settled = false;
  const done = promise.then(() => {
    settled = true;
  });
  let lateBy: number;
  do {
    const begin = performance.now();
    await Promise.race([done, delay(ms, done)]);
    lateBy = performance.now() - begin - ms;
  } while (!settled && lateBy > HELD_UP_MS);
  if (!settled) await turn();
}

function delay(ms: number, done: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms).unref();
    void done.then(() => clearTimeout(timer));
  });
}
