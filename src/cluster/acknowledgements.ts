import type { Acknowledgement } from '../wire/acknowledgements';

interface Waiting {
  onCount: (clients: number) => void;
  onAnswer: (value: unknown) => void;
  /** The nodes that have told their number of clients: each counts once. */
  counted: Set<string>;
  /** The answers that have come, by node and number: each counts once. */
  answered: Set<string>;
  timer: NodeJS.Timeout;
}

/** The broadcasts of one node whose clients are still to answer. */
export class Acknowledgements {
  readonly #waiting = new Map<string, Waiting>();
  readonly #onError: (error: Error) => void;

  /** @param onError - told of what the callbacks throw */
  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  /**
   * Waits for the answers to a broadcast.
   *
   * @param id - of the broadcast
   * @param timeout - in milliseconds; answers that come later are dropped
   * @param onCount - called for each node, with the number of its clients
   * @param onAnswer - called for each client
   * @param onTime - called when the time is over, with the nodes that have told their number of clients
   */
  expect(
    id: string,
    timeout: number,
    onCount: Waiting['onCount'],
    onAnswer: Waiting['onAnswer'],
    onTime?: (counted: ReadonlySet<string>) => void,
  ): void {
    const counted = new Set<string>();
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      onTime?.(counted);
    }, timeout);
    this.#waiting.set(id, { onCount, onAnswer, counted, answered: new Set(), timer });
  }

  receive(acknowledgement: Acknowledgement): void {
    const waiting = this.#waiting.get(acknowledgement.id);
    if (!waiting) return;
    try {
      tell(waiting, acknowledgement);
    } catch (error) {
      // it is the user's callback that threw: the message was as it should be
      this.#onError(error as Error);
    }
  }

  /** Waits no longer for the answers to a broadcast. */
  forget(id: string): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
  }

  close(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}

function tell(waiting: Waiting, acknowledgement: Acknowledgement): void {
  if (acknowledgement.type === 'answer') {
    const { sender, nth, value } = acknowledgement;
    if (sender && nth !== undefined) {
      const answer = `${sender.uid} ${nth}`;
      if (waiting.answered.has(answer)) return;
      waiting.answered.add(answer);
    }
    waiting.onAnswer(value);
    return;
  }
  const { sender, clients } = acknowledgement;
  if (sender && waiting.counted.has(sender.uid)) return;
  if (sender) waiting.counted.add(sender.uid);
  waiting.onCount(clients);
}
