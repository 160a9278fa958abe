import type { AsyncResource } from 'node:async_hooks';
import type { Request } from '../wire/messages';
import { PendingRequest } from './pending';

/**
 * The callbacks of the 5.x API, and of Socket.IO's. On an error, `value` is what had come in, if anything; as usual with such
 * callbacks, its type does not say so. Written as a method, since those that say `error: Error` are to be taken, too.
 */
export type NodeCallback<T> = { call(error: Error | null, value: T): void }['call'];

/** A request, and who waits for what it comes to. */
export class WaitingRequest extends PendingRequest {
  /** By `performance.now()`. */
  readonly since = performance.now();
  /** Whether the others may have heard it. */
  sent = false;
  /** When those that had not answered were asked again, likewise. */
  remindedAt: number | undefined;
  readonly #fn: NodeCallback<unknown>;
  readonly #scope: AsyncResource | undefined;

  /**
   * @param fn - gets what the request comes to
   * @param scope - the asynchronous context of a user's `fn`, which is called on a tick of its own, so that what it throws is the
   * user's; undefined where it settles a promise, which sees to both
   */
  constructor(request: Request, fn: NodeCallback<unknown>, scope: AsyncResource | undefined) {
    super(request);
    this.#fn = fn;
    this.#scope = scope;
  }

  /** To be called once. */
  settle(error: Error | null, value?: unknown): void {
    if (this.#scope) {
      this.#scope.runInAsyncScope(process.nextTick, process, this.#fn, error, value);
      this.#scope.emitDestroy();
    } else {
      this.#fn(error, value);
    }
  }
}
