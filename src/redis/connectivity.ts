import { Moment } from '../moment';

/** What does not work: the client has no connection, Redis does not take what is published, or what is published does not come. */
export type DegradedReason = 'disconnected' | 'publishing' | 'receiving';

/** Of the event `degraded`: an outage has begun. */
export interface Degraded {
  /** The last moment at which it was known to work, in milliseconds since 1970: what was sent since may be lost. */
  since: number;
  /** What was noticed first. */
  reason: DegradedReason;
}

/** Of the event `restored`: an outage is over. */
export interface Restored {
  /** Milliseconds from `since` until it worked again. */
  gap: number;
}

export interface ConnectivityEvents {
  degraded(outage: Degraded): void;
  restored(end: Restored): void;
  /** The watchdog has ended a client's connection, for the client to make another. */
  reconnected(): void;
}

export type Ability = 'publishing' | 'receiving';

/** Whether a node publishes, or receives. */
export interface AbilityHealth {
  /** False until it is known to work, and while it does not. */
  works: boolean;
  /** Since when, in milliseconds since 1970. */
  since: number;
}

/** An outage that is over. */
export interface Gap extends Degraded, Restored {}

/** Whether a pair of clients publishes and receives, as far as is known; tells of each outage once. */
export class Connectivity {
  readonly #abilities: Record<Ability, { works: boolean; since: Moment }>;
  readonly #listeners = new Set<Partial<ConnectivityEvents>>();
  #outage: { told: Degraded; since: Moment } | undefined;
  #provenAt: Moment | undefined;
  #lastGap: Gap | undefined;

  constructor() {
    const since = new Moment();
    this.#abilities = { publishing: { works: false, since }, receiving: { works: false, since } };
  }

  get outage(): Degraded | undefined {
    return this.#outage?.told;
  }

  /** The last outage that is over. */
  get lastGap(): Gap | undefined {
    return this.#lastGap;
  }

  health(ability: Ability): AbilityHealth {
    const { works, since } = this.#abilities[ability];
    return { works, since: since.date };
  }

  /** Both work, and did so at that moment. */
  proven(at: Moment): void {
    this.#provenAt = at;
    this.works('publishing');
    this.works('receiving');
  }

  works(ability: Ability): void {
    this.#set(ability, true);
    const { publishing, receiving } = this.#abilities;
    if (!this.#outage || !publishing.works || !receiving.works) return;
    const { told, since } = this.#outage;
    const gap = since.age;
    this.#outage = undefined;
    this.#lastGap = { ...told, gap };
    for (const { restored } of [...this.#listeners]) restored?.({ gap });
  }

  /** @param since - when it last worked; default: when both were last proven to, or since when it has been thought to */
  fails(ability: Ability, reason: DegradedReason, since = this.#provenAt ?? this.#abilities[ability].since): void {
    this.#set(ability, false);
    if (this.#outage) return;
    // by the clock of now, which may have been set since
    const told = { since: Date.now() - since.age, reason };
    this.#outage = { told, since };
    for (const { degraded } of [...this.#listeners]) degraded?.({ ...told });
  }

  reconnected(): void {
    for (const { reconnected } of [...this.#listeners]) reconnected?.();
  }

  /** Of an outage that has begun already, the listener is told in the next tick. @returns a function that removes it again */
  listen(listener: Partial<ConnectivityEvents>): () => void {
    if (!this.#outage) {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    }
    let isWanted = true;
    // who makes a namespace has still to listen to it
    process.nextTick(() => {
      if (!isWanted) return;
      this.#listeners.add(listener);
      if (this.#outage) listener.degraded?.({ ...this.#outage.told });
    });
    return () => {
      isWanted = false;
      this.#listeners.delete(listener);
    };
  }

  #set(ability: Ability, works: boolean): void {
    if (this.#abilities[ability].works !== works) this.#abilities[ability] = { works, since: new Moment() };
  }
}
