import debugModule from 'debug';
import type { NodeCallback } from '../cluster/waiting-request';
import { InvalidOptionError } from '../errors';

const debug = debugModule('socket.io-redis:requests');

/**
 * Gives a result in the way that was asked for: by the callback if there is one, else by the promise.
 *
 * @throws {InvalidOptionError} when the callback is no function
 */
export function promiseOrCallback<T>(result: Promise<T>, fn: NodeCallback<T> | null | undefined): Promise<T> {
  // in 5.x the callback could be left out
  harmless(result);
  if (fn === undefined || fn === null) return result;
  if (typeof fn !== 'function') throw new InvalidOptionError('fn', 'a function', fn);
  result.then(
    (value) => callBack(fn, null, value),
    (error) => callBack(fn, error, error.partial),
  );
  return result;
}

/**
 * On a tick of its own, so that what the callback throws is thrown where the user can see it. As in 5.x, there is no second argument
 * where there is no value: `async.waterfall()` and the like pass on as many as they get.
 */
function callBack<T>(fn: NodeCallback<T>, error: Error | null, value: T | undefined): void {
  if (value === undefined) process.nextTick(fn, error);
  else process.nextTick(fn, error, value);
}

/** For those who need not look at a promise: its rejection must not end the process. @returns the promise */
export function harmless<T>(result: Promise<T>): Promise<T> {
  result.catch((error) => debug('nobody may have seen: %s', error));
  return result;
}
