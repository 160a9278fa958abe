import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import { createClient } from 'redis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { type Client, type ServerNode, startServer } from '../support/fleet';
import { startServers } from '../support/fleet-of';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const { PublishQueueFullError, TooManyRequestsError } = redisAdapter;

describe('Limits', () => {
  let redis: RedisServer;
  const nodes: ServerNode[] = [];
  const cleanUps: (() => Promise<unknown>)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()));
  });
  after(() => redis.stop());

  async function start(options: redisAdapter.RedisAdapterOptions): Promise<[ServerNode, ServerNode, Client]> {
    nodes.push(...(await startServers(4, 2, redis, options)));
    const [first, second] = nodes as [ServerNode, ServerNode];
    return [first, second, await second.connect()];
  }

  const numbersOf = (client: Client) => client.received.map(([, number]) => number as number);

  for (const library of ['redis', 'redis-3', 'ioredis-4', 'ioredis']) {
    it(`of what waits for Redis: a burst of 100,000 messages while it is frozen, with ${library}`, async () => {
      const kind = clientKinds.find((kind) => kind.library === library && kind.topology === 'standalone');
      for (let i = 0; i < 2; i++) {
        const pair = await (kind as NonNullable<typeof kind>).create(targetOf(redis));
        cleanUps.push(() => pair.close());
        nodes.push(await startServer(4, redisAdapter(pair.pubClient, pair.subClient, { maxQueuedBytes: 2 ** 23 })));
      }
      const [first, second] = nodes as [ServerNode, ServerNode];
      const [near, far] = [await first.connect(), await second.connect()];
      const errors: Error[] = [];
      first.adapter.on('error', (error: Error) => errors.push(error));

      redis.freeze();
      for (let i = 0; i < 100_000; i++) first.io.emit('x', i);
      await eventually(() => assert.equal(near.received.length, 100_000));
      const { overflowed } = first.adapter.stats();
      redis.thaw();
      await eventually(() => {
        first.io.emit('x', -1);
        assert.equal(numbersOf(far).at(-1), -1);
      });

      const arrived = numbersOf(far).filter((number) => number >= 0);
      assert.equal(arrived.length, 100_000 - overflowed);
      assert.ok(arrived.length * 512 < 2 ** 23, `${arrived.length} were kept`);
      // the first, in their order
      assert.ok(arrived.every((number, i) => number === i));
      assert.deepEqual(
        errors.map((error) => error.constructor),
        [PublishQueueFullError],
      );
      const after = first.adapter.stats();
      assert.equal(after.unpublished, after.overflowed);
      assert.equal(second.adapter.stats().missed, after.overflowed);
    });
  }

  it('of what waits for Redis: it waits for longer than redis 6 has a command wait', async () => {
    const options = { url: `redis://${redis.host}:${redis.port}`, commandOptions: { timeout: 100 } };
    const clients = [createClient(options), createClient(options)] as const;
    await Promise.all(clients.map((client) => client.on('error', () => {}).connect()));
    cleanUps.push(async () => {
      for (const client of clients) client.destroy();
    });
    const node = await startServer(4, redisAdapter(...clients));
    nodes.push(node);
    await redis.kill();
    cleanUps.push(() => redis.restart());
    await eventually(() => assert.ok(!clients[0].isReady));
    const { unpublished } = node.adapter.stats();
    node.io.emit('x');
    await assert.rejects(clients[0].ping());
    assert.equal(node.adapter.stats().unpublished, unpublished);
  });

  it('of requests that wait: one more is refused at once', async () => {
    const [first, second] = await start({ maxPendingRequests: 2, requestsTimeout: 500 });
    second.adapter.customHook = () => {};
    const waiting = [first.adapter.customRequest('a'), first.adapter.customRequest('b')];
    await assert.rejects(
      first.adapter.clients(),
      (error) => error instanceof TooManyRequestsError && error.limit === 2,
    );
    assert.equal(first.adapter.stats().refused, 1);
    for (const request of waiting) await assert.rejects(request, { code: 'ERR_SOCKET_IO_REDIS_TIMEOUT' });
    assert.equal((await first.adapter.clients()).length, 1);
  });

  it('of the size of a message: a larger one is dropped, and the next one comes', async () => {
    const [first, second, client] = await start({ maxPayloadBytes: 2000 });
    first.io.emit('x', 'x'.repeat(2000));
    first.io.emit('x', 'next');
    await eventually(() => assert.deepEqual(client.received, [['x', 'next']]));
    assert.equal(second.adapter.stats().oversized, 1);
    assert.equal(second.adapter.stats().missed, 0);
    await redis.command('PUBLISH', 'socket.io-request#/#', `{"requestId":"1","type":2,"x":"${'x'.repeat(2000)}"}`);
    await eventually(() => assert.equal(second.adapter.stats().oversized, 2));
    assert.deepEqual(second.adapter.stats().malformed, { broadcast: 0, request: 0, response: 0 });
  });
});
