import type { Subscriber, SubscriberEvents } from './driver';

/** A subscriber whose connection is made when it is opened: nothing may be subscribed before. */
export class LazySubscriber implements Subscriber {
  readonly #make: () => Subscriber;
  #made: Subscriber | undefined;
  #events: SubscriberEvents | undefined;
  #stop = () => {};

  constructor(make: () => Subscriber) {
    this.#make = make;
  }

  /** @throws what `make()` throws; opening twice is the same as opening once */
  open(): void {
    if (this.#made) return;
    this.#made = this.#make();
    if (this.#events) this.#stop = this.#made.listen(this.#events);
  }

  isReady(): boolean {
    return this.#made?.isReady() ?? false;
  }

  get perSlot(): boolean {
    return this.#made?.perSlot ?? false;
  }

  readonly channels = {
    subscribe: (names: readonly string[]) => this.#opened.channels.subscribe(names),
    unsubscribe: (names: readonly string[]) => this.#opened.channels.unsubscribe(names),
  };

  listen(events: SubscriberEvents): () => void {
    this.#events = events;
    return () => this.#stop();
  }

  reconnect(isWanted: () => boolean): Promise<unknown> | undefined {
    return this.#opened.reconnect(isWanted);
  }

  get #opened(): Subscriber {
    if (!this.#made) throw new Error('nothing is subscribed before open()');
    return this.#made;
  }
}
