import { PublishQueueFullError } from '../errors';
import type { Publisher } from './driver';

/** What a client keeps for a message besides its payload: an estimate, in bytes. */
const QUEUED_OVERHEAD = 512;

/** A longer text is given to clients as bytes: they would copy and count it several times (measured, on answers to `fetchSockets()`). */
const LONG_TEXT = 4096;

interface Events {
  /** Redis has taken a message, the first one since it had not. */
  works(): void;
  /** @param isNew - whether the message before was taken, or there was none */
  fails(failure: Error, isNew: boolean): void;
}

/** Publishes through a client, and counts what waits for Redis. */
export class Publishing {
  readonly #publisher: Pick<Publisher, 'publish'>;
  readonly #events: Events;
  /** Whether the last message was taken; undefined until the first one. */
  #works: boolean | undefined;
  /** What has been published and Redis has not answered yet. */
  #queuedBytes = 0;
  #answered = false;

  constructor(publisher: Pick<Publisher, 'publish'>, events: Events) {
    this.#publisher = publisher;
    this.#events = events;
  }

  /**
   * Publishes, and never throws: a message that cannot be sent is lost, as Pub/Sub has it.
   *
   * @param maxQueuedBytes - when more than that waits already, the message is given up at once
   * @param onSettled - called with what went wrong, or undefined
   */
  publish(
    channel: string,
    payload: string | Buffer,
    maxQueuedBytes: number,
    onSettled: (failure: Error | undefined) => void,
  ): void {
    const bytes = payload.length + QUEUED_OVERHEAD;
    if (this.#queuedBytes + bytes > maxQueuedBytes) {
      this.#fail(new PublishQueueFullError(maxQueuedBytes), onSettled);
      return;
    }
    this.#queuedBytes += bytes;
    this.#tryTo(channel, payload).then(
      () => {
        this.#queuedBytes -= bytes;
        this.#succeed();
        onSettled(undefined);
      },
      (reason) => {
        this.#queuedBytes -= bytes;
        this.#fail(reason instanceof Error ? reason : new Error(String(reason)), onSettled);
      },
    );
  }

  /** Likewise, however much waits. @returns what went wrong, or undefined */
  publishAnyway(channel: string, payload: string | Buffer): Promise<Error | undefined> {
    return new Promise((resolve) => this.publish(channel, payload, Number.POSITIVE_INFINITY, resolve));
  }

  /** Whether anything that was published has been answered since it was last asked. */
  takeAnswered(): boolean {
    const answered = this.#answered;
    this.#answered = false;
    return answered;
  }

  #tryTo(channel: string, payload: string | Buffer): Promise<unknown> {
    try {
      // of a promise, this makes no other; what else a client of the user's own may return is taken for success
      return Promise.resolve(this.#publisher.publish(channel, asBytesIfLong(payload)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #succeed(): void {
    this.#answered = true;
    if (!this.#works) this.#events.works();
    this.#works = true;
  }

  #fail(failure: Error, onSettled: (failure: Error) => void): void {
    const isNew = this.#works !== false;
    this.#works = false;
    this.#events.fails(failure, isNew);
    onSettled(failure);
  }
}

function asBytesIfLong(payload: string | Buffer): string | Buffer {
  return typeof payload === 'string' && payload.length >= LONG_TEXT ? Buffer.from(payload) : payload;
}
