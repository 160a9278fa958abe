import { eventually } from '../../support/eventually';
import { type ClientSocket, connectSocket, type Generation } from '../../support/fleet';
import { NUMBERED } from './traffic';

/** What became of a sender's messages, as one client has it. */
export interface Tally {
  lost: number;
  /** Messages that came a second time. */
  twice: number;
  /** Messages that came after one with a higher number. */
  disordered: number;
}

interface Arrival {
  number: number;
  /** By `performance.now()`. */
  at: number;
}

/** A Socket.IO client that counts the messages of `Traffic`. */
export class Receiver {
  readonly #arrivals = new Map<string, Arrival[]>();

  private constructor(readonly socket: ClientSocket) {}

  static async connect(generation: Generation, url: string): Promise<Receiver> {
    let receiver: Receiver | undefined;
    await connectSocket(generation, url, '/', (socket) => {
      const created = new Receiver(socket);
      receiver = created;
      socket.on(NUMBERED, (sender: string, number: number) => {
        created.of(sender).push({ number, at: performance.now() });
      });
    });
    return receiver as Receiver;
  }

  get id(): string {
    return this.socket.id;
  }

  /** What has come from a sender so far. */
  of(sender: string): Arrival[] {
    const arrivals = this.#arrivals.get(sender) ?? [];
    this.#arrivals.set(sender, arrivals);
    return arrivals;
  }

  last(sender: string): number {
    return this.of(sender).at(-1)?.number ?? 0;
  }

  /** As if nothing had come. */
  forget(): void {
    this.#arrivals.clear();
  }

  /** Milliseconds from a moment (by `performance.now()`) to the first message after it; what the wait comes to without any. */
  async firstAfter(moment: number, sender: string, within = 10_000): Promise<number> {
    const first = () => this.of(sender).find(({ at }) => at >= moment)?.at;
    await eventually(() => first() !== undefined, { within }).catch(() => undefined);
    return Math.round((first() ?? moment + within) - moment);
  }

  /** Milliseconds from a moment to the first message with a higher number than that; what the wait comes to without any. */
  async until(moment: number, sender: string, number: number, within = 10_000): Promise<number> {
    const first = () => this.of(sender).find((arrival) => arrival.number > number)?.at;
    await eventually(() => first() !== undefined, { within }).catch(() => undefined);
    return Math.round((first() ?? moment + within) - moment);
  }

  /** Waits for the last of the messages, but not for ever, and says what became of them. */
  async tally(sender: string, sent: number, within = 5_000): Promise<Tally> {
    await eventually(() => this.last(sender) === sent, { within }).catch(() => undefined);
    const seen = new Set<number>();
    const tally = { lost: 0, twice: 0, disordered: 0 };
    let highest = 0;
    for (const { number } of this.of(sender)) {
      if (seen.has(number)) tally.twice += 1;
      else if (number < highest) tally.disordered += 1;
      seen.add(number);
      highest = Math.max(highest, number);
    }
    tally.lost = sent - seen.size;
    return tally;
  }

  close(): void {
    this.socket.close();
  }
}
