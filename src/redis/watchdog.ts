import { setImmediate as turn } from 'node:timers/promises';
import debugModule from 'debug';
import { Moment } from '../moment';
import { patience } from './patience';
import { type Probed, Probes, type Verdict, WORKS } from './probes';

const debug = debugModule('socket.io-redis:watchdog');

/** In milliseconds, both. */
export interface WatchdogTimes {
  /** How long nothing may come or be answered, before it probes. */
  interval: number;
  /** How long a probe may take. */
  patience: number;
}

/** The least time from one reconnect to the next; it doubles up to the most. */
const FIRST_RECONNECT_AFTER_MS = 10_000;
const LAST_RECONNECT_AFTER_MS = 60_000;

/** How long a client has to find back by itself when it may have lost the connection that messages come on. */
const FIND_BACK_MS = 500;

/** A Redis that takes more than one part in so many of its patience to answer on a new connection is slow, or was frozen. */
const SLOW = 5;

/** How often it looks in each interval whether anything has come. */
const LOOKS = 4;

/** What it sees of a pair of clients, and can do to it. */
export interface Watched extends Probed {
  /** Whether the subscriber has a connection. */
  isReady(): boolean;
  /** Whether anything that was published has been answered since it was last asked. */
  takeAnswered(): boolean;
  /** Whether Redis answers on a new connection. */
  isReachable(): Promise<boolean>;
  resubscribe(): Promise<void>;
  /** Ends the connections of a client, for it to make others. */
  reconnect(client: 'publisher' | 'subscriber', isWanted: () => boolean): Promise<void>;
}

/**
 * Sees when a pair of clients has fallen silent: it publishes, and looks whether that comes back, unless other messages
 * show that all is well. When it does not come, it makes the subscriptions anew, and then the connections.
 */
export class Watchdog {
  readonly #watched: Watched;
  readonly #times: WatchdogTimes;
  readonly #probes: Probes;
  #wake: () => void = () => {};
  #stopped = false;
  #lookedAt = new Moment();
  /** No later than when something last came, and was last answered. */
  #heardAt: Moment | undefined;
  #answeredAt: Moment | undefined;
  #shaken = false;
  #outOfStep = false;
  /** Whether Redis was slow to answer on a new connection, the last time. */
  #isSlow = false;
  /** By `performance.now()`, both. */
  #mayBeShakenAt = 0;
  #mayReconnectAt = 0;
  #reconnectAfter = FIRST_RECONNECT_AFTER_MS;

  constructor(watched: Watched, times: WatchdogTimes) {
    this.#watched = watched;
    this.#times = times;
    this.#probes = new Probes(watched, times.patience);
    void this.#start();
  }

  /** Whether it watches: not where the user may not subscribe to the probes. */
  get watches(): boolean {
    return !this.#stopped;
  }

  /**
   * The subscriber has a new connection: what it waits for may have changed.
   *
   * @param isAnother - whether it had none for a while, too short for a probe to show: what was sent meanwhile is lost all the same
   */
  connected(isAnother: boolean): void {
    if (this.#stopped) return;
    if (isAnother) this.#watched.connectivity.fails('receiving', 'disconnected');
    if (this.#watched.connectivity.outage) this.#wake();
  }

  /** One of the subscriber's connections has failed, as may go on for long: whether it hears is looked at once an interval. */
  shaken(): void {
    if (performance.now() < this.#mayBeShakenAt) return;
    this.#mayBeShakenAt = performance.now() + this.#times.interval;
    this.#shaken = true;
    this.#wake();
  }

  /** The subscriber hears some of its channels no more, and the probes would not tell: it is to connect anew. */
  outOfStep(): void {
    this.#outOfStep = true;
  }

  /** @returns once Redis knows that nobody listens to the probes any more */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#probes.end();
  }

  async #start(): Promise<void> {
    void this.#probes.arePermitted().then((permitted) => {
      if (permitted) return;
      debug('the user may not subscribe to the probes, so nobody watches');
      void this.stop();
    });
    while (!this.#stopped) {
      await this.#pause(this.#times.interval / LOOKS);
      if (!this.#stopped) await this.#watch();
    }
  }

  async #watch(): Promise<void> {
    this.#look();
    const provenAt = this.#provenAt;
    const wasDeaf = (this.#shaken && (await this.#follow())) || (this.#outOfStep && (await this.#getInStep()));
    const { connectivity } = this.#watched;
    const isRecent = provenAt && provenAt.age < this.#times.interval;
    // what came before an outage does not end it
    if (!wasDeaf && isRecent && !connectivity.outage) return connectivity.proven(provenAt);
    let verdict = await this.#probe();
    let round = 0;
    while (!this.#stopped && !this.#conclude(verdict)) {
      debug('degraded: %o', verdict);
      await this.#mend(verdict, round);
      // a client that has just found back gets its time to subscribe
      round = this.#watched.isReady() ? round + 1 : 0;
      verdict = await this.#probe();
    }
  }

  /**
   * A client that leaves its subscriptions on a node that has failed is made to connect anew, as soon as it can: when the node
   * has been replaced. It is done once: whether it was of use, a probe shows.
   *
   * @returns whether it was deaf
   */
  async #follow(): Promise<boolean> {
    const { connectivity, isReachable, probes } = this.#watched;
    this.#shaken = false;
    let wasDeaf = false;
    await this.#pause(FIND_BACK_MS);
    while (!this.#stopped && (await this.#probes.areUnheard())) {
      wasDeaf = true;
      connectivity.fails('receiving', 'disconnected');
      if (await isReachable()) {
        await this.#reconnect('subscriber');
        // where each channel has a node of its own, the publisher sends to the one that failed as well
        if (probes.length > 1) await this.#reconnect('publisher');
        break;
      }
      await this.#pause(FIND_BACK_MS);
    }
    return wasDeaf;
  }

  /** @returns whether it was deaf, as far as anyone knows */
  async #getInStep(): Promise<boolean> {
    if (!this.#mayReconnect || !(await this.#watched.isReachable()) || this.#stopped) return false;
    this.#holdOff();
    this.#outOfStep = false;
    this.#watched.connectivity.fails('receiving', 'receiving');
    await this.#reconnect('subscriber');
    return true;
  }

  /** Takes what came and went since the last look for a sign of life, which costs nothing. */
  #look(): void {
    const { channels, patterns, probes, takeAnswered } = this.#watched;
    const heard = patterns.size > 0 ? patterns.takeHeard() : channels.takeHeard();
    // with several connections, one says nothing about the others
    if (heard && probes.length === 1) this.#heardAt = this.#lookedAt;
    if (takeAnswered()) this.#answeredAt = this.#lookedAt;
    this.#lookedAt = new Moment();
  }

  /** When both were last known to work, or earlier; undefined before the first time. */
  get #provenAt(): Moment | undefined {
    const [heard, answered] = [this.#heardAt, this.#answeredAt];
    return heard && answered && (heard.age > answered.age ? heard : answered);
  }

  async #probe(): Promise<Verdict> {
    const { isReady, connectivity } = this.#watched;
    if (!isReady()) await this.#pause(this.#times.patience);
    if (this.#stopped) return WORKS;
    if (!isReady()) return { publishing: connectivity.health('publishing').works, receiving: false };
    return this.#probes.send();
  }

  /** @returns whether all is well */
  #conclude({ publishing, receiving }: Verdict): boolean {
    const { connectivity, isReady } = this.#watched;
    if (this.#stopped) return true;
    if (publishing && receiving) {
      this.#heardAt = this.#answeredAt = this.#lookedAt = new Moment();
      connectivity.proven(this.#lookedAt);
      this.#reconnectAfter = FIRST_RECONNECT_AFTER_MS;
      this.#isSlow = false;
      return true;
    }
    if (receiving) connectivity.works('receiving');
    else connectivity.fails('receiving', isReady() ? 'receiving' : 'disconnected');
    if (publishing) connectivity.works('publishing');
    else connectivity.fails('publishing', 'publishing');
    return false;
  }

  async #mend({ publishing, receiving }: Verdict, round: number): Promise<void> {
    const { isReady, isReachable, resubscribe } = this.#watched;
    // the client itself is about to get a connection
    if (!isReady()) return this.#pause(this.#times.patience);
    if (round === 0) return receiving ? undefined : resubscribe();
    if (!this.#mayReconnect) return this.#pause(this.#times.patience);
    const askedAt = performance.now();
    // a Redis that is frozen answers nobody: what it still holds is better waited for
    if (!(await isReachable()) || this.#stopped) return;
    // it was frozen until now: what it still held has come
    if (!receiving && this.#probes.cameLate) return;
    // likewise, and what it still held is about to come, or to be sent; one that is slow as a rule is so the next time, too
    const wasSlow = this.#isSlow;
    this.#isSlow = performance.now() - askedAt > this.#times.patience / SLOW;
    if (this.#isSlow && !wasSlow) return;
    this.#holdOff();
    if (!receiving && !this.#isForbidden) await this.#reconnect('subscriber');
    if (!publishing) await this.#reconnect('publisher');
  }

  /** Whether something cannot be heard that no other connection would hear. */
  get #isForbidden(): boolean {
    const { channels, patterns } = this.#watched;
    return channels.forbids() || patterns.forbids();
  }

  /** Whether enough time has passed since the last reconnect. */
  get #mayReconnect(): boolean {
    return performance.now() >= this.#mayReconnectAt;
  }

  /** The next reconnect has to wait, and the one after it longer. */
  #holdOff(): void {
    this.#mayReconnectAt = performance.now() + this.#reconnectAfter;
    this.#reconnectAfter = Math.min(2 * this.#reconnectAfter, LAST_RECONNECT_AFTER_MS);
  }

  async #reconnect(client: 'publisher' | 'subscriber'): Promise<void> {
    debug('reconnecting the %s', client);
    const reconnected = this.#watched.reconnect(client, () => !this.#stopped);
    await patience(
      this.#times.patience,
      reconnected.catch((error) => debug('could not reconnect: %s', error)),
    );
  }

  async #pause(ms: number): Promise<void> {
    await patience(
      ms,
      new Promise<void>((resolve) => {
        this.#wake = resolve;
      }),
    );
    await turn();
  }
}
