import debugModule from 'debug';

const debug = debugModule('socket.io-redis:requests');

/** The callbacks of the 5.x API. On an error, `value` is what had come in, if anything. */
export type NodeCallback<T> = (error: Error | null, value?: T) => void;

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
