import { setTimeout as delay } from 'node:timers/promises';

/** How long `eventually` tries. */
export interface EventuallyOptions {
  /** Milliseconds until it gives up. Default: 10 000. */
  within?: number;
  /** Milliseconds between two checks. Default: 20. */
  every?: number;
}

/**
 * Repeats `check` until it neither throws nor returns `false`, and returns what it returned.
 *
 * @throws Error when the deadline passes first; its `cause` is what was wrong the last time.
 */
export async function eventually<T>(check: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { within = 10_000, every = 20 } = options;
  const deadline = Date.now() + within;

  for (;;) {
    let failure: unknown = new Error('the check returned false');
    try {
      const result = await settled(check, deadline);
      if (result !== false) return result;
    } catch (error) {
      failure = error;
    }
    if (Date.now() + every >= deadline) {
      const reason = failure instanceof Error ? failure.message : String(failure);
      throw new Error(`Not so within ${within} ms: ${reason}`, { cause: failure });
    }
    await delay(every);
  }
}

/** A check that hangs, on a frozen server for instance, must not outlive the deadline. */
async function settled<T>(check: () => T | Promise<T>, deadline: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the check did not return')), deadline - Date.now());
  });
  try {
    return await Promise.race([check(), late]);
  } finally {
    clearTimeout(timer);
  }
}
