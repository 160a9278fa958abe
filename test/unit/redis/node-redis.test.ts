import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NodeRedisSubscriber, subscribeWithNodeRedis } from '../../../src/redis/node-redis';

describe('A subscriber with redis 4 to 6', () => {
  it('ends a pattern with the listener that it began with, and keeps none', async () => {
    const listeners: unknown[] = [];
    const nothing = async () => undefined;
    const take = async (_pattern: unknown, listener: unknown) => void listeners.push(listener);
    const client: NodeRedisSubscriber = {
      isOpen: true,
      isReady: true,
      subscribe: nothing,
      unsubscribe: nothing,
      pSubscribe: take,
      pUnsubscribe: take,
      on: () => {},
      removeListener: () => {},
    };
    const { patterns } = subscribeWithNodeRedis(client);
    await patterns?.subscribe(['a*']);
    await patterns?.unsubscribe(['a*']);
    await patterns?.subscribe(['a*']);
    assert.equal(listeners[0], listeners[1]);
    assert.notEqual(listeners[1], listeners[2]);
  });
});
