import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { listen, type ServerNode, startServer } from '../support/fleet';

describe('Nodes on one subscriber', () => {
  let redis: RedisServer;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end();
  });
  after(() => redis.stop());

  function connect(): Redis {
    const client = new Redis(redis.port, redis.host);
    toEnd.push(() => client.disconnect());
    return client;
  }

  async function start(pubClient: Redis, subClient: Redis): Promise<ServerNode> {
    const node = await startServer(4, redisAdapter({ pubClient, subClient }));
    toEnd.push(() => node.close());
    return node;
  }

  for (const publishers of ['one publisher', 'publishers of their own']) {
    it(`find each other again when it was away, with ${publishers}`, async () => {
      const [pubClient, subClient] = [connect(), connect()];
      const node = await start(pubClient, subClient);
      const neighbour = await start(publishers === 'one publisher' ? pubClient : connect(), subClient);
      const { id } = await neighbour.connect();
      assert.deepEqual(await node.adapter.clients(), [id]);
      const ended = once(subClient, 'end');
      subClient.disconnect();
      await Promise.all([ended, eventually(async () => (await node.adapter.serverCount()) === 1)]);
      await subClient.connect();
      await eventually(async () =>
        (await channelsOn([redis])).includes(`socket.io-response#/#${neighbour.adapter.uid}#`),
      );
      assert.deepEqual(await node.adapter.clients(), [id]);
      assert.equal(await node.adapter.serverCount(), 2);
    });
  }

  for (const generation of [2, 4] as const) {
    it(`are heard when one sets its adapter once more, on Socket.IO ${generation}`, async () => {
      const [pubClient, subClient] = [connect(), connect()];
      const factories = [0, 1, 2].map(() => redisAdapter({ pubClient, subClient }));
      const elsewhere = redisAdapter(redis.url);
      const nodes = await Promise.all([...factories, elsewhere].map((factory) => startServer(generation, factory)));
      toEnd.push(() => Promise.all(nodes.map((node) => node.close())));
      const [node] = nodes as [ServerNode];
      node.io.adapter(factories[0]);
      await node.adapter.ready;
      const answers = await Promise.all(nodes.map(({ adapter }) => adapter.customRequest(null)));
      assert.deepEqual(
        answers.map(({ length }) => length),
        [4, 4, 4, 4],
      );
      assert.ok(nodes.every(({ adapter }) => adapter.stats().malformed.request === 0));
    });
  }

  // why the README asks for a subscriber that hears nothing else
  it('with ioredis are not of both kinds of Pub/Sub: it forgets those of one when the last of the other is given up', async () => {
    const [client, other] = [connect(), connect()];
    await client.subscribe('classic');
    await client.ssubscribe('sharded');
    await client.sunsubscribe('sharded');
    const messages: string[] = [];
    client.on('message', (channel) => messages.push(channel));
    await other.publish('classic', 'lost');
    await client.subscribe('another');
    await other.publish('another', 'heard');
    await eventually(() => assert.deepEqual(messages, ['another']));
  });

  it('are told of an outage that one of them is started in', async () => {
    const [pubClient, subClient] = [connect(), connect()];
    const factory = redisAdapter({ pubClient, subClient, watchdog: { interval: 400, patience: 400 } });
    const node = await startServer(4, factory);
    toEnd.push(() => node.close());
    subClient.disconnect();
    await once(node.adapter, 'degraded');
    const told: string[] = [];
    const late = await listen(4, factory);
    toEnd.push(() => late.close());
    const { adapter } = late.io.of('/late') as unknown as { adapter: ServerNode['adapter'] };
    for (const event of ['degraded', 'restored']) adapter.on(event, () => told.push(event));
    await Promise.all([once(adapter, 'restored'), subClient.connect()]);
    assert.deepEqual(told, ['degraded', 'restored']);
  });
});
