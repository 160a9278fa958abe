export type MessageListener = (payload: Buffer, channel: string) => void;

/** Whether a name is heard, and by whom. */
export interface Subscription {
  /** Never changed, but replaced: those with one and the same listener have one list. */
  listeners: readonly MessageListener[];
  /** Of what is forbidden, the last try was; there will be another. */
  state: 'wanted' | 'asked' | 'active' | 'forbidden';
  /** Those who wait for it to be active. */
  waiting: (() => void)[] | undefined;
  /** Called instead of another try when the user's ACL forbids it. */
  onForbidden?: () => void;
}

/** @returns once it is active; undefined when it is already */
export function whenActive(subscription: Subscription): Promise<void> | undefined {
  if (subscription.state === 'active') return undefined;
  subscription.waiting ??= [];
  const { waiting } = subscription;
  return new Promise((resolve) => waiting.push(resolve));
}

/** Those who waited need not any more. */
export function letGo(subscription: Subscription): void {
  const { waiting = [] } = subscription;
  subscription.waiting = undefined;
  for (const done of waiting) done();
}

/** There can be very many, and hardly ever does one change: so all that are active and have the same list of listeners are one. */
export class SubscriptionTable extends Map<string, Subscription> {
  readonly #alone = new WeakMap<MessageListener, readonly MessageListener[]>();
  readonly #shared = new WeakMap<readonly MessageListener[], Subscription>();

  /** @returns the list that holds just this listener */
  alone(listener: MessageListener): readonly MessageListener[] {
    const listeners = this.#alone.get(listener) ?? [listener];
    this.#alone.set(listener, listeners);
    return listeners;
  }

  /** @returns one that is this name's alone, to be changed */
  ownOf(name: string, subscription: Subscription): Subscription {
    if (this.#shared.get(subscription.listeners) !== subscription) return subscription;
    const own = { ...subscription };
    this.set(name, own);
    return own;
  }

  /** The subscription is active, and nobody waits for it any more. */
  share(name: string, subscription: Subscription): void {
    const { listeners } = subscription;
    const shared = this.#shared.get(listeners) ?? subscription;
    this.#shared.set(listeners, shared);
    this.set(name, shared);
  }
}
