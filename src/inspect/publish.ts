import type { PubSub } from '../redis/pub-sub';

/** @throws what the Redis client gives when it cannot publish */
export function publish(pubSub: PubSub, channel: string, payload: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    pubSub.publish(channel, payload, Number.POSITIVE_INFINITY, (failure) => (failure ? reject(failure) : resolve()));
  });
}
