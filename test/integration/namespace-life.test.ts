import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { createClient } from 'redis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { adapter4, type Client, io4, listen, type ServerNode, startServer } from '../support/fleet';
import { startServers } from '../support/fleet-of';

describe('A namespace', () => {
  let redis: RedisServer;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end();
  });
  after(() => redis.stop());

  /** A node whose subscriber can be taken away. */
  async function startWithClients(options: redisAdapter.RedisAdapterOptions = {}): Promise<[ServerNode, Redis]> {
    const [pubClient, subClient] = [new Redis(redis.port, redis.host), new Redis(redis.port, redis.host)];
    toEnd.push(() => [pubClient, subClient].map((client) => client.disconnect()));
    const node = await startServer(4, redisAdapter({ pubClient, subClient, ...options }));
    toEnd.push(() => node.close());
    return [node, subClient];
  }

  async function isHeard(from: ServerNode, client: Client): Promise<void> {
    const probe = `probe ${Math.random()}`;
    await eventually(() => {
      from.io.emit(probe);
      assert.ok(client.received.some(([name]) => name === probe));
    });
  }

  it('that ends with its last socket lets out what is sent while that says goodbye', async () => {
    const factories = [0, 1].map(() => redisAdapter(redis.url));
    const nodes = await Promise.all(
      factories.map((factory) => startServer(4, factory, { cleanupEmptyChildNamespaces: true })),
    );
    toEnd.push(() => Promise.all(nodes.map((node) => node.close())));
    const [here, there] = nodes as [ServerNode, ServerNode];
    for (const node of nodes) {
      io4(node)
        .of(/^\/room-\d+$/)
        .on('connection', (socket) => {
          socket.on('disconnect', () => {
            socket.broadcast.emit('left', socket.id);
            socket.nsp.emit('last');
          });
        });
    }
    const [leaving, staying] = [await here.connect('/room-1'), await there.connect('/room-1')];
    await eventually(async () => assert.equal(await io4(there).of('/room-1').adapter.serverCount(), 2));
    leaving.close();
    assert.deepEqual(await staying.until('last'), [['left', leaving.id]]);
  });

  it('that ends with its last socket lets out what a listener to that orders', async () => {
    const factories = [0, 1].map(() => redisAdapter(redis.url));
    const nodes = await Promise.all(
      factories.map((factory) => startServer(4, factory, { cleanupEmptyChildNamespaces: true })),
    );
    toEnd.push(() => Promise.all(nodes.map((node) => node.close())));
    const [here, there] = nodes as [ServerNode, ServerNode];
    for (const node of nodes) io4(node).of(/^\/room-\d+$/);
    const [leaving, staying] = [await here.connect('/room-1'), await there.connect('/room-1')];
    await eventually(async () => assert.equal(await io4(there).of('/room-1').adapter.serverCount(), 2));
    const nsp = io4(here).of('/room-1');
    nsp.sockets.get(leaving.id)?.on('disconnect', () => {
      nsp.socketsJoin(['waiting', 'playing']);
      nsp.in('waiting').socketsLeave('playing');
      nsp.in('waiting').emit('to those who wait');
      nsp.in('playing').emit('to those who play');
      nsp.timeout(10).emit('question', () => {});
      nsp.emit('last');
      nsp.in('waiting').disconnectSockets();
    });
    leaving.close();
    assert.deepEqual(await staying.until('last'), [['to those who wait'], ['question']]);
    await eventually(() => !staying.connected);
  });

  it('that is made anew while others are away is heard by them from its first broadcast on', async () => {
    const factory = redisAdapter(redis.url);
    const here = await startServer(4, factory);
    toEnd.push(() => here.close());
    const [there, subClient] = await startWithClients();
    const client = await there.connect();
    for (let i = 0; i < 20; i++) here.io.emit('before', i);
    await isHeard(here, client);
    subClient.disconnect();
    await once(subClient, 'end');
    here.io.adapter(factory);
    await here.adapter.ready;
    await subClient.connect();
    await isHeard(here, client);
    for (let i = 0; i < 30; i++) here.io.emit('after', i);
    here.io.emit('end');
    const events = (await client.until('end')).filter(([name]) => name === 'after');
    assert.deepEqual(
      events.map(([, i]) => i),
      Array.from({ length: 30 }, (_, i) => i),
    );
    const { repeated, missed } = there.adapter.stats();
    assert.deepEqual({ repeated, missed }, { repeated: 0, missed: 0 });
  });

  it('does not count as missing what could not be sent', async () => {
    const nodes = await startServers(4, 2, redis);
    toEnd.push(() => Promise.all(nodes.map((node) => node.close())));
    const [here, there] = nodes as [ServerNode, ServerNode];
    const client = await there.connect();
    here.io.emit('x');
    for (let i = 0; i < 3; i++) assert.throws(() => here.io.emit('x', () => {}, 1), { name: 'UnsendableValueError' });
    here.io.emit('end');
    await client.until('end');
    assert.equal(there.adapter.stats().missed, 0);
  });

  it('whose node was deaf for a while does not take the others for silent', async () => {
    const [there] = (await startServers(4, 1, redis)) as [ServerNode];
    toEnd.push(() => there.close());
    const [here, subClient] = await startWithClients({ requestsTimeout: 500 });
    const client = await here.connect();
    await here.adapter.clients();
    subClient.disconnect();
    await once(subClient, 'end');
    await assert.rejects(here.adapter.clients(), { name: 'RequestTimeoutError' });
    await subClient.connect();
    await isHeard(there, client);
    assert.deepEqual(await here.adapter.clients(), [client.id]);
  });

  for (const subscriptionMode of ['static', 'dynamic'] as const) {
    it(`that is closed before it hears anybody is ready, though others still wait on its clients, ${subscriptionMode}`, async () => {
      const options = { port: 1, subscriptionMode } as const;
      const waiting = await listen(4, redisAdapter(options));
      toEnd.push(() => waiting.close());
      waiting.adapter.on('error', () => {});
      const { pubClient, subClient } = waiting.adapter;
      const closed = await listen(4, redisAdapter({ ...options, pubClient, subClient }));
      toEnd.push(() => closed.close());
      for (const adapter of [closed.adapter, waiting.adapterOf('/chat')]) {
        adapter.on('error', () => {});
        await adapter.close();
        await adapter.ready;
      }
    });
  }

  it('that is closed while its node is deaf does not end the outage for the others', async () => {
    const [node, subClient] = await startWithClients({ watchdog: { interval: 200, patience: 200 } });
    subClient.disconnect();
    await once(node.adapter, 'degraded');
    await node.adapterOf('/chat').close();
    assert.equal(node.adapter.health().outage?.reason, 'disconnected');
    await Promise.all([once(node.adapter, 'restored'), subClient.connect()]);
  });

  it('whose node is not heard of yet asks nobody, and waits', async () => {
    const [there] = (await startServers(4, 1, redis)) as [ServerNode];
    toEnd.push(() => there.close());
    const client = await there.connect();
    const pubClient = createClient({ url: redis.url }).on('error', () => {});
    const subClient = pubClient.duplicate().on('error', () => {});
    await pubClient.connect();
    toEnd.push(() => Promise.all([pubClient.close(), subClient.close()]));
    const here = await listen(4, redisAdapter({ pubClient, subClient }));
    toEnd.push(() => here.close());
    const answer = here.adapter.remoteJoin(client.id, 'room');
    // longer than it is until a request is looked after
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await subClient.connect();
    await answer;
    assert.deepEqual(await adapter4(there).clients(['room']), [client.id]);
  });
});
