import debugModule from 'debug';
import type { NodeCallback } from '../cluster/waiting-request';

const debug = debugModule('socket.io-redis:requests');

/** Gives a result in the way that was asked for: by the callback if there is one, else by the promise. */
export function promiseOrCallback<T>(result: Promise<T>, fn: NodeCallback<T> | undefined): Promise<T> {
  if (fn) {
    // on a tick of its own, so that what the callback throws is thrown where the user can see it
    result.then(
      (value) => process.nextTick(fn, null, value),
      (error) => process.nextTick(fn, error, error.partial),
    );
  } else {
    // in 5.x the callback could be left out: who does not look at the promise must not be ended by its rejection
    result.catch((error) => debug('nobody may have seen: %s', error));
  }
  return result;
}
