export type MessageListener = (payload: Buffer, channel: string) => void;

/** One a name: there can be very many, so it is small. */
export interface Subscription {
  /** Never changed, but replaced: subscriptions with one and the same listener share it. */
  listeners: readonly MessageListener[];
  state: 'wanted' | 'asked' | 'active';
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
