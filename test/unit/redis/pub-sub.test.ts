import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { SubscriberEvents } from '../../../src/redis/driver';
import { type Degraded, PubSub } from '../../../src/redis/pub-sub';

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

  it('is not closed before Redis has answered what it was asked: another on the same client would lose what is ended then', async () => {
    const nothing = async () => undefined;
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const log: string[] = [];
    const pubSub = new PubSub(
      { publish: nothing, countSubscribers: async () => [], listChannels: async () => [], reconnect: nothing },
      {
        isReady: () => true,
        channels: { subscribe: () => asked, unsubscribe: async () => void log.push('ended') },
        listen: () => () => {},
        reconnect: nothing,
      },
      [],
    );
    void pubSub.subscribe(['a'], () => {});
    await turn();
    pubSub.close(() => log.push('closed'));
    await turn();
    answer();
    await turn();
    assert.deepEqual(log, ['ended', 'closed']);
  });

  it('tells since when messages fail, also where the user may not subscribe to the probes', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1000 });
    const nothing = async () => undefined;
    const refuse = (what: string) => async () => {
      throw new Error(what);
    };
    let publish: () => Promise<unknown> = nothing;
    const pubSub = new PubSub(
      {
        publish: () => publish(),
        countSubscribers: async () => [],
        listChannels: async () => [],
        reconnect: nothing,
      },
      {
        isReady: () => true,
        channels: { subscribe: refuse('NOPERM'), unsubscribe: nothing },
        listen: () => () => {},
        reconnect: nothing,
      },
      [],
    );
    const outages: Degraded[] = [];
    pubSub.connectivity.listen({ degraded: (outage) => outages.push(outage) });
    pubSub.watch({ channel: '~watchdog~', interval: 60_000, patience: 60_000 }, async () => true);
    // it has been refused then
    await turn();
    assert.equal(await pubSub.publishAnyway('a', ''), undefined);
    t.mock.timers.setTime(9000);
    publish = refuse('gone');
    await pubSub.publishAnyway('a', '');
    assert.deepEqual(outages, [{ since: 9000, reason: 'publishing' }]);
  });

  it('has not heard all since before an outage is over', () => {
    const nothing = async () => undefined;
    const pubSub = new PubSub(
      { publish: nothing, countSubscribers: async () => [], listChannels: async () => [], reconnect: nothing },
      {
        isReady: () => true,
        channels: { subscribe: nothing, unsubscribe: nothing },
        listen: () => () => {},
        reconnect: nothing,
      },
      [],
    );
    pubSub.connectivity.works('publishing');
    pubSub.connectivity.fails('receiving', 'receiving');
    const during = performance.now();
    assert.equal(pubSub.hasHeardSince(during), false);
    pubSub.connectivity.works('receiving');
    assert.deepEqual(
      [during, performance.now()].map((since) => pubSub.hasHeardSince(since)),
      [false, true],
    );
  });
});
