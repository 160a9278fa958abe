import { AdapterClosedError, RequestFailedError, RequestTimeoutError } from '../errors';

/** Collects what clients acknowledge an event with: from each node the number of its clients, then their answers. */
export class ClientAnswers {
  /** Fulfilled with all answers; rejects with a `RequestTimeoutError` that has what came in time. */
  readonly all: Promise<unknown[]>;
  readonly #answers: unknown[] = [];
  #nodes: number | undefined;
  #countedNodes = 0;
  #clients = 0;
  #settle = () => {};
  #reject = (_error: Error) => {};

  /** @param timeout - in milliseconds */
  constructor(timeout: number) {
    this.all = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#timeout()), timeout);
      this.#settle = () => {
        clearTimeout(timer);
        resolve(this.#answers);
      };
      this.#reject = (error) => {
        clearTimeout(timer);
        reject(error);
      };
    });
    // who sends the event may fail before anybody waits
    this.all.catch(() => {});
  }

  expectNodes(nodes: number): void {
    this.#nodes = nodes;
    this.#check();
  }

  readonly onCount = (clients: number): void => {
    this.#countedNodes += 1;
    this.#clients += clients;
    this.#check();
  };

  readonly onAnswer = (value: unknown): void => {
    this.#answers.push(value);
    this.#check();
  };

  /** Rejects with a `RequestFailedError` that has what came before. */
  fail(cause: unknown): void {
    this.#reject(new RequestFailedError('emitWithAck', this.#answers, cause));
  }

  close(): void {
    this.#reject(new AdapterClosedError());
  }

  #check(): void {
    if (this.#nodes === undefined || this.#answers.length !== this.#clients) return;
    // one may have answered and left before they were counted
    if (this.#countedNodes >= this.#nodes) this.#settle();
  }

  #timeout(): RequestTimeoutError {
    const outcome = { partial: this.#answers, received: this.#countedNodes, expected: this.#nodes, missing: [] };
    return new RequestTimeoutError('emitWithAck', outcome);
  }
}
