import { AdapterClosedError } from '../errors';
import type { PubSub } from '../redis/pub-sub';
import type { Outgoing } from '../wire/wire';
import type { Accounts } from './accounts';

type OnSettled = (failure: Error | undefined) => void;

/** Sends what a node has to say, and keeps account of it. */
export class Outbox {
  readonly #pubSub: PubSub;
  readonly #accounts: Accounts;
  readonly #maxQueuedBytes: number;
  #closed = false;

  constructor(pubSub: PubSub, accounts: Accounts, maxQueuedBytes: number) {
    this.#pubSub = pubSub;
    this.#accounts = accounts;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  /** @param onSettled - called with what went wrong, or undefined */
  send(message: Outgoing, onSettled?: OnSettled): void {
    if (this.#closed) onSettled?.(new AdapterClosedError());
    else this.sendAnyway(message, onSettled);
  }

  /**
   * Also after `close()`, as long as the clients are open: Socket.IO closes an adapter before the last socket has said `disconnect`,
   * and what a server then tells others is for them.
   */
  sendAnyway({ channel, payload }: Outgoing, onSettled?: OnSettled): void {
    this.#accounts.published(channel, payload);
    this.#pubSub.publish(channel, payload, this.#maxQueuedBytes, (failure) => {
      if (failure) this.#accounts.lost(channel, failure);
      onSettled?.(failure);
    });
  }

  /** @returns what went wrong, or undefined */
  sent(message: Outgoing): Promise<Error | undefined> {
    return new Promise((resolve) => this.send(message, resolve));
  }

  close(): void {
    this.#closed = true;
  }
}
