import type { AnswersCallback } from './typed-events';

/** Gives answers to a callback; with an error, those that had come in. */
export function callBack(answers: Promise<unknown[]>, callback: AnswersCallback<unknown>): void {
  // on a tick of its own, so that what the callback throws is thrown where the user can see it
  answers.then(
    (values) => process.nextTick(callback, null, values),
    (error) => process.nextTick(callback, error, error.partial ?? []),
  );
}
