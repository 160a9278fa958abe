/** @param channel - its name: a text when it was asked for by name, and bytes when it came through a pattern */
export type MessageListener<Channel = string> = (payload: Buffer, channel: Channel) => void;

/** Whether a name is heard, and by whom. */
export interface Subscription<Channel = string> {
  /** Never changed, but replaced: those with one and the same listener have one list. */
  listeners: readonly MessageListener<Channel>[];
  /** Of what is forbidden, the last try was; there will be another. */
  state: 'wanted' | 'asked' | 'active' | 'forbidden';
  /** Whether the client may have it, whatever the state: on another connection, it then subscribes to it by itself. */
  held: boolean;
  /** Those who wait for it to be active. */
  waiting: (() => void)[] | undefined;
  /** Called instead of another try when the user's ACL forbids it. */
  onForbidden?: () => void;
}

/** @returns once it is active; undefined when it is already */
export function whenActive(subscription: Pick<Subscription, 'state' | 'waiting'>): Promise<void> | undefined {
  if (subscription.state === 'active') return undefined;
  subscription.waiting ??= [];
  const { waiting } = subscription;
  return new Promise((resolve) => waiting.push(resolve));
}

/** Those who waited need not any more. */
export function letGo(subscription: Pick<Subscription, 'waiting'>): void {
  const { waiting = [] } = subscription;
  subscription.waiting = undefined;
  for (const done of waiting) done();
}

/** There can be very many, and hardly ever does one change: so all that are active and have the same list of listeners are one. */
export class SubscriptionTable<Channel> extends Map<string, Subscription<Channel>> {
  readonly #alone = new WeakMap<MessageListener<Channel>, readonly MessageListener<Channel>[]>();
  readonly #shared = new WeakMap<readonly MessageListener<Channel>[], Subscription<Channel>>();

  /** @returns the list that holds just this listener */
  alone(listener: MessageListener<Channel>): readonly MessageListener<Channel>[] {
    const listeners = this.#alone.get(listener) ?? [listener];
    this.#alone.set(listener, listeners);
    return listeners;
  }

  /** @returns one that is this name's alone, to be changed */
  ownOf(name: string, subscription: Subscription<Channel>): Subscription<Channel> {
    if (this.#shared.get(subscription.listeners) !== subscription) return subscription;
    const own = { ...subscription };
    this.set(name, own);
    return own;
  }

  /** The subscription is active, and nobody waits for it any more. */
  share(name: string, subscription: Subscription<Channel>): void {
    const { listeners } = subscription;
    const shared = this.#shared.get(listeners) ?? subscription;
    this.#shared.set(listeners, shared);
    this.set(name, shared);
  }
}
