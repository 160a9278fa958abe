import type { ServerNode } from '../../support/fleet';

/** Milliseconds between two handfuls of messages. */
const TICK = 5;

/** The event that carries the messages: its arguments are the sender's name, the message's number, from 1 on, and padding. */
export const NUMBERED = 'numbered';

/** Numbered messages of one node to all clients, or to those in a room. */
export class Traffic {
  /** How many were sent. */
  sent = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sender: string,
    private readonly node: ServerNode,
  ) {}

  /** @param rate - messages a second */
  start(rate: number, room?: string): void {
    const begin = performance.now();
    let done = 0;
    this.stop();
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - begin) * rate) / 1000);
      this.send(due - done, room);
      done = due;
    }, TICK);
  }

  /** Sends so many at once. */
  send(count: number, room?: string, padding = ''): number {
    const target = room === undefined ? this.node.io : this.node.io.to(room);
    for (let i = 0; i < count; i++) {
      this.sent += 1;
      target.emit(NUMBERED, this.sender, this.sent, padding);
    }
    return this.sent;
  }

  /** @returns how many were sent */
  stop(): number {
    clearInterval(this.#timer);
    return this.sent;
  }
}
