import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { adapter4, io4, receivedFrom, type ServerNode, startServer } from '../support/fleet';

/** As ioredis does when its connection ends before the answer has come. */
function sendTwice(client: Redis): Redis {
  const { publish, spublish } = client;
  const twice = (send: (channel: string, payload: Buffer) => Promise<unknown>) =>
    async function (this: Redis, channel: string, payload: Buffer) {
      await Promise.all([send.call(this, channel, payload), send.call(this, channel, payload)]);
    };
  return Object.assign(client, { publish: twice(publish as never), spublish: twice(spublish as never) });
}

const modes: Record<string, (pubClient: Redis, subClient: Redis) => unknown> = {
  classic: (...clients) => redisAdapter(...clients),
  sharded: (...clients) => redisAdapter.createShardedAdapter(...clients),
};

for (const [mode, adapter] of Object.entries(modes)) {
  describe(`What a client sends twice is carried out once, ${mode}`, () => {
    let redis: RedisServer;
    let nodes: [ServerNode, ServerNode];
    let clients: Redis[];

    before(async () => {
      redis = await startRedis();
      const connect = () => new Redis(redis.port, redis.host);
      clients = [connect(), connect(), connect(), connect()];
      const [pub1, sub1, pub2, sub2] = clients as [Redis, Redis, Redis, Redis];
      nodes = [
        await startServer(4, adapter(sendTwice(pub1), sub1)),
        await startServer(4, adapter(sendTwice(pub2), sub2)),
      ];
      for (const node of nodes) await eventually(async () => assert.equal(await adapter4(node).serverCount(), 2));
    });
    afterEach(async () => {
      // both copies are there when what is sent after them is
      for (const node of nodes) await io4(node).fetchSockets();
    });
    after(async () => {
      await Promise.all(nodes.map((node) => node.close()));
      for (const client of clients) client.disconnect();
      await redis.stop();
    });

    it('a broadcast, and one that clients acknowledge', async () => {
      const [here, there] = nodes;
      const members = await Promise.all([there.connect(), there.connect()]);
      for (const member of members) member.answer = () => member.id;
      here.io.emit('plain');
      const answers = await io4(here).timeout(5000).emitWithAck('question');
      assert.deepEqual([...answers].sort(), members.map(({ id }) => id).sort());
      const events = (await receivedFrom(here, members)).map((received) => received.map(([name]) => name));
      assert.deepEqual(events, Array(2).fill(['plain', 'question']));
      for (const member of members) member.close();
    });

    it('an event for servers, with or without an answer', async () => {
      const [here, there] = nodes;
      const heard: unknown[] = [];
      io4(there).on('event', (number: number, answer?: (value: unknown) => void) => {
        heard.push(number);
        answer?.('yes');
      });
      io4(here).serverSideEmit('event', 1);
      assert.deepEqual(await io4(here).serverSideEmitWithAck('event', 2), ['yes']);
      io4(here).serverSideEmit('event', 1);
      await io4(here).fetchSockets();
      assert.deepEqual(heard, [1, 2, 1]);
    });

    it('a request to the hooks', async () => {
      const [here, there] = nodes;
      let calls = 0;
      adapter4(there).customHook = (_data, answer) => answer(++calls);
      assert.deepEqual(new Set(await adapter4(here).customRequest('x')), new Set([null, 1]));
      await io4(here).fetchSockets();
      assert.equal(calls, 1);
      assert.ok(there.adapter.stats().repeated > 0);
    });
  });
}
