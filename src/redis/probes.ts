import debugModule from 'debug';
import type { Connectivity } from './connectivity';
import { isForbidden } from './forbidden';
import { patience } from './patience';
import type { Subscriptions } from './subscriptions';

const debug = debugModule('socket.io-redis:watchdog');

const PROBE = '';

/** What probes see of a pair of clients, and can do to it. */
export interface Probed {
  readonly channels: Subscriptions;
  readonly patterns: Pick<Subscriptions, 'names' | 'size' | 'forbids' | 'allActive' | 'takeHeard'>;
  readonly connectivity: Connectivity;
  /** Channels of its own: one for each connection of the subscriber, where it can have several. */
  readonly probes: readonly string[];
  publish(channel: string, payload: string): Promise<Error | undefined>;
  countSubscribers(channels: readonly string[]): Promise<number[]>;
}

/** What probes have shown. */
export interface Verdict {
  publishing: boolean;
  receiving: boolean;
}

export const WORKS: Verdict = { publishing: true, receiving: true };

/** Messages that a pair of clients sends to itself, to see whether they come. */
export class Probes {
  readonly #probed: Probed;
  /** How long they may take, in milliseconds. */
  readonly #patience: number;
  /** Those that have not come back yet. */
  readonly #missing = new Set<string>();
  readonly #onProbe = (_payload: Buffer, channel: string) => this.#arrived(channel);
  #onAllArrived: () => void = () => {};
  #cameLate = false;
  #ended = false;

  constructor(probed: Probed, patience: number) {
    this.#probed = probed;
    this.#patience = patience;
  }

  /** @returns whether the user may subscribe to them, once Redis has said so */
  async arePermitted(): Promise<boolean> {
    const { channels, probes } = this.#probed;
    const permitted = await Promise.all(probes.map((probe) => channels.addIfPermitted(probe, this.#onProbe)));
    return permitted.every(Boolean);
  }

  /** Whether all those that were sent last have come after all, since there was a verdict. */
  get cameLate(): boolean {
    return this.#cameLate;
  }

  /** Nobody waits for them any more. @returns once Redis has been told so */
  async end(): Promise<void> {
    this.#ended = true;
    this.#onAllArrived();
    await this.#probed.channels.remove(this.#probed.probes, this.#onProbe);
  }

  /** Whether Redis says that nobody listens to one of them. When it says nothing, nobody knows, and it is false. */
  async areUnheard(): Promise<boolean> {
    const { probes, countSubscribers } = this.#probed;
    // those still to be subscribed are unheard when that comes to nothing: Redis may have gone right after it took the connection
    await this.#areSubscribed();
    let unheard = false;
    const counted = countSubscribers(probes).then(
      (counts) => {
        unheard = counts.includes(0);
      },
      (error) => debug('could not count the subscribers: %s', error),
    );
    await patience(this.#patience, counted);
    return unheard;
  }

  /** Sends them. @returns what has come of it, as soon as that is known */
  async send(): Promise<Verdict> {
    const { channels, patterns, probes, publish, connectivity } = this.#probed;
    this.#cameLate = false;
    const subscribed = !patterns.forbids() && (await this.#areSubscribed(patterns.allActive()));
    if (this.#ended) return WORKS;
    if (!subscribed) return { publishing: connectivity.health('publishing').works, receiving: false };
    channels.takeHeard();
    patterns.takeHeard();
    let publishing = false;
    for (const probe of probes) this.#missing.add(probe);
    // ahead of the others: when those have come, these have as well, unless their subscription is lost
    const onPatterns = patterns.names.map(async (pattern) => isForbidden(await publish(probeOf(pattern), PROBE)));
    const answered = Promise.all(probes.map((probe) => publish(probe, PROBE))).then((failures) => {
      publishing = failures.every((failure) => failure === undefined);
    });
    const arrived = new Promise<void>((resolve) => {
      this.#onAllArrived = resolve;
    });
    await patience(this.#patience, Promise.all([answered, arrived]));
    // that was in time
    this.#cameLate = false;
    const comes = patterns.takeHeard();
    const forbidden = publishing && (await Promise.all(onPatterns)).includes(true);
    const complete = this.#missing.size === 0 && (comes || forbidden || patterns.size === 0);
    // without an answer nobody knows whether the probe left: then anything that comes will do
    const alive = !publishing && probes.length === 1 && (comes || channels.takeHeard());
    return { publishing, receiving: complete || alive };
  }

  /** @param others - what is to be subscribed besides. @returns whether all of it is, in time */
  async #areSubscribed(others?: Promise<void>): Promise<boolean> {
    const { channels, probes } = this.#probed;
    // what is forbidden may be so for ever: those who wait for it would become more and more
    if (this.#ended || channels.forbids(probes)) return false;
    let subscribed = false;
    const active = Promise.all([channels.add(probes, this.#onProbe), others]).then(() => {
      subscribed = true;
    });
    await patience(this.#patience, active);
    return subscribed;
  }

  #arrived(probe: string): void {
    this.#missing.delete(probe);
    if (this.#missing.size > 0) return;
    this.#cameLate = true;
    this.#onAllArrived();
  }
}

/** A channel that the pattern matches, and that is no room's and no namespace's. */
function probeOf(pattern: string): string {
  return `${pattern.slice(0, -1).replace(/\\(.)/g, '$1')}~watchdog~`;
}
