import { constants } from 'node:os';

/** Milliseconds for all that follows once there is a Redis to start. */
const DEADLINE = 15_000;

/** Milliseconds that each thing has to come to its end. */
const ENDS_WITHIN = 3_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a story needs of the run that it is told in. */
export interface Run {
  /** What is being waited for, in words that follow "waiting for". */
  waitingFor: string;
  /** From now on the story has 15 seconds. */
  startDeadline(): void;
  /**
   * From now on the story may last.
   *
   * @throws what it has failed with already
   */
  endDeadline(): void;
  /** Ends the story with this error. */
  fail(error: Error): void;
  /**
   * Is called when the story is over, however it ended; the last one that was added comes first.
   *
   * @throws what the story has failed with already: then it is too late to start anything
   */
  atEnd(end: () => Promise<void>): void;
}

/** A signal has ended the story. */
export class Interrupted extends Error {
  constructor(signal: NodeJS.Signals) {
    super(`Interrupted (${signal})`);
  }
}

/**
 * Tells the story until it is over, fails, is late or is interrupted, and then ends whatever it has started.
 *
 * @returns the exit code
 */
export async function run(story: (run: Run) => Promise<void>, onFailure: (error: Error) => void): Promise<number> {
  const ends: (() => Promise<void>)[] = [];
  const controls = new AbortController();
  let deadline: NodeJS.Timeout | undefined;
  let exitCode = 0;
  const own: Run = {
    waitingFor: 'Redis',
    startDeadline() {
      deadline = setTimeout(() => own.fail(new Error(late(own.waitingFor))), DEADLINE);
    },
    endDeadline() {
      controls.signal.throwIfAborted();
      clearTimeout(deadline);
    },
    // Ctrl-C ends other processes too: the signal is to be seen before what follows from it
    fail: (error) => setImmediate(() => controls.abort(error)),
    atEnd(end) {
      controls.signal.throwIfAborted();
      ends.unshift(end);
    },
  };
  // they stay until the end: who presses Ctrl-C twice shall not leave anything behind either
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      exitCode ||= 128 + constants.signals[signal];
      controls.abort(new Interrupted(signal));
    });
  }
  const failed = aborted(controls.signal);
  const told = story(own).catch((error) => {
    own.fail(error);
    return failed;
  });
  try {
    await Promise.race([told, failed]);
  } catch (error) {
    exitCode ||= 1;
    onFailure(error as Error);
  }
  clearTimeout(deadline);
  for (const end of ends) await withTimeout(end());
  return exitCode;
}

function late(waitingFor: string): string {
  return `Not done within ${DEADLINE / 1000} seconds: still waiting for ${waitingFor}`;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** What fails now has failed before, or has been told. */
async function withTimeout(promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ENDS_WITHIN);
  });
  await Promise.race([promise.catch(() => {}), timeout]);
  clearTimeout(timer);
}
