import type { ChannelTraffic } from './report';

/** Counts the messages on each channel. */
export class Traffic {
  #counts = new Map<string, number>();
  #since = performance.now();

  count(channel: string): void {
    this.#counts.set(channel, (this.#counts.get(channel) ?? 0) + 1);
  }

  /** What came since the last call, the busiest channels first. */
  read(): ChannelTraffic[] {
    const now = performance.now();
    const seconds = (now - this.#since) / 1000;
    const busiest = [...this.#counts].sort(([, a], [, b]) => b - a);
    this.#counts = new Map();
    this.#since = now;
    return busiest.map(([channel, count]) => ({ channel, messagesPerSecond: round(count / seconds) }));
  }
}

function round(rate: number): number {
  return Math.round(rate * 10) / 10;
}
