import { ClientAnswers } from './client-answers';

/** Those of one node who wait for what clients acknowledge an event with. */
export class Collecting {
  readonly #waiting = new Set<ClientAnswers>();

  /**
   * @param timeout - in milliseconds
   * @param begin - sends the event, and says how many nodes answer; what it throws is thrown
   * @throws {RequestTimeoutError} with the answers that came in time
   * @throws {RequestFailedError} when `begin` fails later
   * @throws {AdapterClosedError}
   */
  async collect(timeout: number, begin: (answers: ClientAnswers) => Promise<number>): Promise<unknown[]> {
    const answers = new ClientAnswers(timeout);
    this.#waiting.add(answers);
    try {
      begin(answers).then(
        (nodes) => answers.expectNodes(nodes),
        (error) => answers.fail(error),
      );
      return await answers.all;
    } finally {
      answers.close();
      this.#waiting.delete(answers);
    }
  }

  /** How many they are. */
  get size(): number {
    return this.#waiting.size;
  }

  has(answers: ClientAnswers): boolean {
    return this.#waiting.has(answers);
  }

  close(): void {
    for (const answers of this.#waiting) answers.close();
  }
}
