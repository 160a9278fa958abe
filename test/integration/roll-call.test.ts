import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { io4, type ServerNode, startServer } from '../support/fleet';

describe('A server that wants to know who still is there', () => {
  let redis: RedisServer;
  const nodes: ServerNode[] = [];

  before(async () => {
    redis = await startRedis();
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await redis.stop();
  });

  async function start(requestsTimeout: number): Promise<ServerNode> {
    const node = await startServer(4, redisAdapter(redis.url, { requestsTimeout }));
    nodes.push(node);
    return node;
  }

  it('is not made to do again what it has been at for long', async (t) => {
    const [asking, asked] = [await start(60_000), await start(100)];
    await eventually(async () => assert.equal((await asking.adapter.customRequest('first')).length, 2));
    const done: unknown[] = [];
    asked.adapter.customHook = (data, answer) => {
      done.push(data);
      if (data === 'last') answer(data);
      else void called.then(() => answer(data));
    };
    asking.adapter.customHook = (data, answer) => data !== 'unanswered' && answer(data);
    const onlooker = new Redis(redis.url);
    t.after(() => onlooker.disconnect());
    await onlooker.psubscribe('socket.io-re*');
    const called = new Promise<void>((resolve) => {
      // the call, and the answer to it, after which nothing more comes of the call
      onlooker.on('pmessage', (_pattern, _channel, text) => /"answer":true/.test(text) && resolve());
    });
    const slow = asking.adapter.customRequest('slow');
    // more than a node remembers
    for (let i = 0; i < 30_000; i++) io4(asking).serverSideEmit('x');
    await asking.adapter.clients();
    await assert.rejects(asked.adapter.customRequest('unanswered'), redisAdapter.RequestTimeoutError);
    await called;
    assert.deepEqual(await slow, ['slow', 'slow']);
    await asking.adapter.customRequest('last');
    assert.deepEqual(done, ['slow', 'unanswered', 'last']);
  });
});
