import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SubscriberEvents } from '../../../src/redis/driver';
import { PubSub } from '../../../src/redis/pub-sub';

describe('The router of a pair of clients', () => {
  it('tells once that it is closed, also when a client has just come back', async () => {
    let events: SubscriberEvents | undefined;
    const nothing = async () => undefined;
    const pubSub = new PubSub(
      { publish: nothing, countSubscribers: async () => [], listChannels: async () => [], reconnect: nothing },
      {
        isReady: () => true,
        channels: { subscribe: nothing, unsubscribe: nothing },
        listen(given) {
          events = given;
          return () => {};
        },
        reconnect: nothing,
      },
      [],
    );
    let closed = 0;
    const told = events?.ready();
    pubSub.close(() => {
      closed += 1;
    });
    await told;
    assert.equal(closed, 1);
  });
});
