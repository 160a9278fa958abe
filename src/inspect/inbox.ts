import uid2 from 'uid2';
import { isRecord } from '../wire/malformed';
import { decodeFields } from '../wire/payload';

export type Fields = Record<string, unknown>;

/** Takes what nodes answer to the inspection. */
export class Inbox {
  /** Neither the uid of a node of this package nor of a published one: none of them takes it for a node. */
  readonly uid = `inspect-${uid2(12)}`;
  readonly #waiting = new Map<string, (fields: Fields) => void>();
  #asked = 0;

  /** Whether a message has to do with the inspection: its own requests, and their answers. */
  isOurs(payload: Buffer): boolean {
    return payload.includes(this.uid);
  }

  take(payload: Buffer): void {
    let fields: Fields;
    try {
      fields = decodeFields(payload);
    } catch {
      return;
    }
    const { requestId, requestid, data } = fields;
    const id = requestId ?? requestid ?? (isRecord(data) ? data.requestId : undefined);
    if (typeof id === 'string') this.#waiting.get(id)?.(fields);
  }

  /** @returns the id of a new request, whose answers are handed over until `forget()` */
  expect(onAnswer: (fields: Fields) => void): string {
    const id = `${this.uid}:${this.#asked++}`;
    this.#waiting.set(id, onAnswer);
    return id;
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) this.#waiting.delete(id);
  }
}

/** The answers to a few requests, as they come. */
export class Answers<T> {
  readonly list: T[] = [];
  readonly #inbox: Inbox;
  readonly #ids: string[] = [];
  #onAnswer = () => {};

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** @param read - reads an answer, or throws when it is none. @returns the id for the request */
  expect(read: (fields: Fields) => T): string {
    const id = this.#inbox.expect((fields) => {
      try {
        this.list.push(read(fields));
      } catch {
        return;
      }
      this.#onAnswer();
    });
    this.#ids.push(id);
    return id;
  }

  /** Waits until there are enough, but no longer than so many milliseconds. */
  async until(enough: (answers: readonly T[]) => boolean, withinMs: number): Promise<void> {
    if (enough(this.list)) return;
    await new Promise<void>((resolve) => {
      // the connection keeps the process, as long as there is one
      const timer = setTimeout(resolve, withinMs).unref();
      this.#onAnswer = () => {
        if (!enough(this.list)) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onAnswer = () => {};
  }

  close(): void {
    this.#inbox.forget(this.#ids);
  }
}
