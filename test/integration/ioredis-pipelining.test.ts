import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import type { IoredisClient } from '../../src/redis/ioredis';
import type { RedisClient } from '../../src/redis/pub-sub';
import type { RedisCluster } from '../../tools/redis-cluster';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { patternsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { receivedFrom, startServer } from '../support/fleet';
import { clusters, singles, startOneNodeCluster } from '../support/ioredis-clients';

type Client = IoredisClient & RedisClient & EventEmitter & { set(key: string, value: string): Promise<unknown> };
describe('An ioredis client with enableAutoPipelining', () => {
  let single: RedisServer;
  let cluster: RedisCluster;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    single = await startRedis();
    cluster = await startOneNodeCluster();
  });
  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end();
  });
  after(async () => {
    await single.stop();
    await cluster.stop();
  });

  function start(create: (typeof singles)[string], to: RedisServer, options?: object): Client {
    const client = create({ host: to.host, port: to.port }, { enableAutoPipelining: true, ...options }) as Client;
    toEnd.push(() => client.disconnect());
    return client;
  }

  for (const [name, create] of Object.entries({ ...singles, ...clusters })) {
    const server = () => (name in clusters ? (cluster.nodes[0]?.server as RedisServer) : single);

    it(`connects by itself when it is lazy, and leaves nothing behind, with ${name}`, async () => {
      const pubClient = start(create, server(), { lazyConnect: true });
      const subClient = start(create, server(), { lazyConnect: true });
      const node = await startServer(4, redisAdapter({ pubClient, subClient, watchdog: false }));
      toEnd.push(() => node.close());
      const errors: Error[] = [];
      node.adapter.on('error', (error) => errors.push(error));
      const peer = await startServer(4, redisAdapter({ host: server().host, port: server().port }));
      toEnd.push(() => peer.close());
      const client = await peer.connect();
      node.io.emit('x');
      assert.deepEqual(await receivedFrom(node, [client]), [[['x']]]);
      assert.equal(pubClient.status, 'ready');
      assert.deepEqual(await node.adapter.clients(), [client.id]);
      assert.deepEqual(errors, []);
      await Promise.all([node.close(), peer.close()]);
      await eventually(async () => assert.equal(await patternsOn([server()]), 0));
    });

    it(`is used by others meanwhile, as they have set it up, with ${name}`, async () => {
      const pubClient = start(create, server(), { keyPrefix: `${name}:`, shardedSubscribers: true });
      await once(pubClient, 'ready');
      const make = name.startsWith('ioredis 4') ? redisAdapter.createAdapter : redisAdapter.createShardedAdapter;
      const node = await startServer(4, make(pubClient, start(create, server(), { shardedSubscribers: true })));
      toEnd.push(() => node.close());
      node.io.emit('x');
      await pubClient.set('key', 'value');
      assert.equal(await server().command('GET', `${name}:key`), 'value');
    });
  }
});
