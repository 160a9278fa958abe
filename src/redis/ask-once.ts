import debugModule from 'debug';
import { patience } from './patience';

const debug = debugModule('socket.io-redis:ask-once');

/** A connection that is made for one question. */
export interface BriefConnection<T> {
  /** Connects, and asks. */
  ask(): Promise<T>;
  end(): Promise<unknown>;
}

/**
 * Asks, and ends the connection, whatever comes of it.
 *
 * @returns what came of it; undefined when nothing did in time
 */
export async function askOnce<T>(
  withinMs: number,
  { ask, end }: BriefConnection<T>,
): Promise<PromiseSettledResult<T> | undefined> {
  let outcome: PromiseSettledResult<T> | undefined;
  const settled = Promise.allSettled([ask()]).then(([result]) => {
    outcome = result;
  });
  await patience(withinMs, settled);
  // redis 4 to 6 cannot be made to stop while they connect: they would stay connected
  void patience(connectTimeout(withinMs), settled)
    .then(end)
    .catch((error) => debug('could not disconnect: %s', error));
  return outcome;
}

/** How redis 4 to 6 have to connect, so that they have done so, or given up, when their time is over. */
export function connectingOnce(socket: object | undefined, withinMs: number): object {
  return { ...socket, reconnectStrategy: false, connectTimeout: connectTimeout(withinMs) };
}

function connectTimeout(withinMs: number): number {
  return 2 * withinMs;
}
