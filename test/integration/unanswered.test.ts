import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { adapter2, type Client, type Generation, io4, type ServerNode, startServer } from '../support/fleet';

const { RequestTimeoutError } = redisAdapter;

describe('What a client does not acknowledge', () => {
  let redis: RedisServer;
  const nodes: ServerNode[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.close())));
  after(() => redis.stop());

  async function start(generation: Generation): Promise<ServerNode> {
    const node = await startServer(generation, redisAdapter(redis.url, { requestsTimeout: 60_000 }));
    nodes.push(node);
    return node;
  }

  function waitingOf(node: ServerNode, client: Client): number {
    const { acks } = node.socketOf(client) as unknown as { acks: Map<number, unknown> | Record<number, unknown> };
    return acks instanceof Map ? acks.size : Object.keys(acks).length;
  }

  async function ask(node: ServerNode, timeout: number): Promise<unknown> {
    if (node.generation === 2) return adapter2(node).emitWithAck(timeout, {}, 'question');
    return io4(node).timeout(timeout).emitWithAck('question');
  }

  for (const generation of [2, 4, 4.3] as const) {
    it(`is not kept for longer than somebody waits, on Socket.IO ${generation}`, async () => {
      const asking = [await start(2), await start(4)];
      const node = await start(generation);
      const client = await node.connect();
      for (const other of asking) await assert.rejects(ask(other, 100), /tim/);
      await eventually(() => assert.equal(waitingOf(node, client), 0));
      client.answer = () => 'here';
      for (const other of asking) assert.deepEqual(await ask(other, 5000), ['here']);
    });
  }

  it('is not kept either by the node that asks, on Socket.IO 2', async () => {
    const node = await start(2);
    const client = await node.connect();
    await assert.rejects(ask(node, 20), RequestTimeoutError);
    assert.equal(waitingOf(node, client), 0);
  });

  it('is not kept for longer than an emitter waits', async () => {
    const node = await start(4);
    const client = await node.connect();
    const { Emitter } = await import('../../src/emitter/index.js');
    const emitter = new Emitter(node.adapter.pubClient);
    await assert.rejects(emitter.timeout(100).emitWithAck('question'), RequestTimeoutError);
    await eventually(() => assert.equal(waitingOf(node, client), 0));
    await emitter.close();
  });
});
