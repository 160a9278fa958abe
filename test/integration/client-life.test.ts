import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { Redis as Redis6 } from 'ioredis';
import Redis4 from 'ioredis-4';
import { Redis as Redis5 } from 'ioredis-5';
import { createClient } from 'redis';
import * as redis2 from 'redis-2';
import * as redis3 from 'redis-3';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn, patternsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { type Client, type ServerNode, startServer } from '../support/fleet';
import { startServers } from '../support/fleet-of';
import { type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

describe('A Redis client works from whatever moment of its life on', () => {
  let redis: RedisServer;
  let peer: ServerNode;
  let listener: Client;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedis();
    [peer] = (await startServers(2, 1, redis)) as [ServerNode];
    listener = await peer.connect();
  });
  afterEach(async () => {
    for (const end of toEnd.splice(0)) await end();
  });
  after(async () => {
    await peer.close();
    await redis.stop();
  });

  /** Both directions, and a query, between a node with these clients and the peer. */
  async function assertConversation(
    options: redisAdapter.RedisAdapterOptions | redisAdapter.AdapterFactory,
  ): Promise<void> {
    const node = await startServer(2, typeof options === 'function' ? options : redisAdapter(options));
    toEnd.unshift(() => node.close());
    const own = await node.connect();
    node.io.emit('from node');
    peer.io.emit('from peer');
    await Promise.all([own.until('from peer'), listener.until('from node')]);
    assert.deepEqual((await node.adapter.clients()).sort(), [own.id, listener.id].sort());
    assert.deepEqual((await peer.adapter.clients()).sort(), [own.id, listener.id].sort());
  }

  it('redis 6, connected by the user after the adapter was made', async () => {
    const pubClient = createClient({ url: redis.url }).on('error', () => {});
    const subClient = pubClient.duplicate().on('error', () => {});
    toEnd.push(() => Promise.all([pubClient.close(), subClient.close()]));
    const factory = redisAdapter({ pubClient, subClient });
    const started = assertConversation(factory);
    await Promise.all([pubClient.connect(), subClient.connect()]);
    await started;
  });

  it('ioredis with lazyConnect', async () => {
    const { host, port } = redis;
    const pubClient = new Redis6({ host, port, lazyConnect: true });
    const subClient = pubClient.duplicate();
    toEnd.push(() => [pubClient, subClient].map((client) => client.disconnect()));
    await assertConversation({ pubClient, subClient });
  });

  const ioredis = {
    4: (options: object) => new Redis4(options),
    5: (options: object) => new Redis5(options),
    6: (options: object) => new Redis6(options),
  };
  for (const [version, create] of Object.entries(ioredis)) {
    it(`ioredis ${version}, inside its connect event, before it is ready`, async () => {
      const { host, port } = redis;
      const pubClient = create({ host, port });
      const subClient = create({ host, port });
      toEnd.push(() => [pubClient, subClient].map((client) => client.disconnect()));
      await once(subClient, 'connect');
      assert.equal('status' in subClient && subClient.status, 'connect');
      await assertConversation({ pubClient, subClient });
    });

    it(`ioredis ${version} with keyPrefix and without its own queue and resubscribing`, async () => {
      const { host, port } = redis;
      const options = { host, port, keyPrefix: 'prefix:', enableOfflineQueue: false, autoResubscribe: false };
      const pubClient = create(options);
      const subClient = create(options);
      toEnd.push(() => [pubClient, subClient].map((client) => client.disconnect()));
      await once(pubClient, 'ready');
      await assertConversation({ pubClient, subClient });
      subClient.disconnect(true);
      await once(subClient, 'ready');
      await eventually(async () => assert.equal(await heard(peer, listener), true));
    });
  }

  it('redis 6 with keyPrefix', async () => {
    const pubClient = createClient({ url: redis.url, keyPrefix: 'prefix:' });
    const subClient = pubClient.duplicate();
    toEnd.push(() => Promise.all([pubClient.close(), subClient.close()]));
    await Promise.all([pubClient.connect(), subClient.connect()]);
    await assertConversation({ pubClient, subClient });
  });

  const standalone = clientKinds.filter(({ topology }) => topology === 'standalone');

  for (const kind of standalone) {
    it(`${kind.name}, when only one of the two clients is given`, async () => {
      const pair = await kind.create(targetOf(redis));
      toEnd.push(() => pair.close());
      await assertConversation({ pubClient: pair.pubClient });
      await toEnd.shift()?.();
      await assertConversation({ subClient: pair.subClient });
    });

    it(`${kind.name}, when all connections are cut, and when Redis is restarted`, async () => {
      const own = await startRedis();
      toEnd.push(() => own.stop());
      const pair = await kind.create(targetOf(own));
      toEnd.unshift(() => pair.close());
      const { host, port } = own;
      const [node, other] = await Promise.all([
        startServer(2, redisAdapter({ pubClient: pair.pubClient, subClient: pair.subClient })),
        startServer(2, redisAdapter({ host, port })),
      ]);
      toEnd.unshift(() => Promise.all([node.close(), other.close()]));
      const [client, otherClient] = await Promise.all([node.connect(), other.connect()]);
      const conversing = async () => (await heard(node, otherClient)) && (await heard(other, client));

      await own.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await own.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await eventually(conversing);
      await own.kill();
      await own.restart();
      await eventually(conversing);
      assert.deepEqual((await node.adapter.clients()).sort(), [client.id, otherClient.id].sort());
      for (const { received } of [client, otherClient]) {
        const names = received.map(([name]) => name);
        assert.deepEqual(names, [...new Set(names)], 'nothing came twice');
      }
    });
  }

  for (const [name, make] of Object.entries({ 'redis 2': redis2.createClient, 'redis 3': redis3.createClient })) {
    for (const subscriptionMode of ['static', 'dynamic'] as const) {
      it(`${name}, with return_buffers, which published READMEs ask for, ${subscriptionMode}`, async () => {
        const { host, port } = redis;
        const [pubClient, subClient] = [1, 2].map(() => make({ host, port, return_buffers: true }));
        toEnd.push(() => [pubClient, subClient].map((client) => client?.end(true)));
        await assertConversation({ pubClient, subClient, subscriptionMode } as redisAdapter.RedisAdapterOptions);
      });
    }
  }

  for (const kind of standalone) {
    it(`${kind.name}, which others use too: what they have subscribed to outlives a reconnect`, async () => {
      const own = await startRedis();
      toEnd.push(() => own.stop());
      const { pubClient, subClient, close } = await kind.create(targetOf(own));
      toEnd.unshift(close);
      const heard: string[] = [];
      await listenOnOwnAccount(subClient, 'news', (message) => heard.push(message));
      const node = await startServer(2, redisAdapter({ pubClient, subClient }));
      toEnd.unshift(() => node.close());
      await own.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await eventually(async () => {
        await own.command('PUBLISH', 'news', 'of today');
        assert.ok(heard.includes('of today'));
      });
    });
  }

  for (const kind of standalone) {
    it(`${kind.name}, when the adapter is closed while Redis is away: nothing is subscribed when it is back`, async () => {
      const own = await startRedis();
      toEnd.push(() => own.stop());
      const pair = await kind.create(targetOf(own));
      toEnd.unshift(() => pair.close());
      const { pubClient, subClient } = pair;
      const node = await startServer(2, redisAdapter({ pubClient, subClient }));
      assert.ok((await channelsOn([own])).length > 0);
      await own.kill();
      await eventually(() => heardOfTheEnd(subClient));
      await node.close();
      await own.restart();
      // a message of its own shows that the client is back
      await eventually(async () => assert.ok(Number(await own.command('CLIENT', 'LIST').then(countClients)) >= 2));
      await eventually(async () => {
        assert.deepEqual(await channelsOn([own]), []);
        assert.equal(await patternsOn([own]), 0);
        assert.equal(subClient.listenerCount('ready'), 0);
      });
    });
  }

  for (const kind of standalone) {
    it(`${kind.name}, subscribing for two nodes with publishers of their own: the other hears on when one is closed`, async () => {
      const pairs = [await kind.create(targetOf(redis)), await kind.create(targetOf(redis))] as const;
      toEnd.push(() => Promise.all(pairs.map((pair) => pair.close())));
      const [{ subClient }] = pairs;
      const startOne = ({ pubClient }: ClientPair) =>
        startServer(2, redisAdapter({ pubClient, subClient, subscriptionMode: 'dynamic' }));
      const [closed, node] = [await startOne(pairs[0]), await startOne(pairs[1])];
      toEnd.unshift(() => node.close());
      const client = await node.connect();
      await closed.close();
      peer.io.emit('x');
      await client.until('x');
      assert.ok((await peer.adapter.clients()).includes(client.id));
    });
  }

  it('a node that is replaced while Redis is away, with the same clients, hears the others when it is back', async () => {
    const own = await startRedis();
    toEnd.push(() => own.stop());
    const kind = standalone.find(({ name }) => name === 'redis 6') as (typeof standalone)[number];
    const pair = await kind.create(targetOf(own));
    toEnd.unshift(() => pair.close());
    const { pubClient, subClient } = pair;
    const replaced = await startServer(2, redisAdapter({ pubClient, subClient }));
    const other = await startServer(2, redisAdapter({ host: own.host, port: own.port }));
    await own.kill();
    await eventually(() => heardOfTheEnd(subClient));
    await replaced.close();
    const starting = startServer(2, redisAdapter({ pubClient, subClient }));
    await own.restart();
    const node = await starting;
    toEnd.unshift(() => Promise.all([node.close(), other.close()]));
    const client = await node.connect();
    await eventually(() => heard(other, client));
    assert.deepEqual(await other.adapter.clients(), [client.id]);
  });

  it('a node that starts while Redis is away serves its own clients, and joins the others when Redis comes', async () => {
    const own = await startRedis();
    toEnd.push(() => own.stop());
    await own.kill();
    const factory = redisAdapter({ host: own.host, port: own.port });
    const starting = startServer(2, factory);
    const [local] = await Promise.all([
      starting.then(async (node) => ({ node, client: await node.connect() })),
      own.restart(),
    ]);
    toEnd.unshift(() => local.node.close());
    assert.deepEqual(await local.node.adapter.clients(), [local.client.id]);
  });
});

/** Subscribes as someone does who knows nothing of the adapter: with a listener a channel, or with an event for all of them. */
async function listenOnOwnAccount(
  client: ClientPair['subClient'],
  channel: string,
  listener: (message: string) => void,
): Promise<void> {
  if (!('pSubscribe' in client)) {
    client.on('message', (from, message) => from === channel && listener(message));
  }
  await (client.subscribe as (...args: unknown[]) => unknown)(channel, 'pSubscribe' in client ? listener : undefined);
}

/** Whether a client has seen that its connection is gone. */
function heardOfTheEnd(client: unknown): boolean {
  const { status, isReady, ready } = client as { status?: string; isReady?: boolean; ready?: boolean };
  return status === undefined ? !(isReady ?? ready) : status !== 'ready';
}

/** How many clients CLIENT LIST shows, besides the one that asks. */
function countClients(list: string): number {
  return list.trim().split('\n').length - 1;
}

let probes = 0;

/** Whether an event that a node sends comes to a client of another one. */
async function heard(from: ServerNode, to: Client): Promise<boolean> {
  probes += 1;
  const probe = `probe ${probes}`;
  from.io.emit(probe);
  try {
    await eventually(() => to.received.some(([name]) => name === probe), { within: 300 });
  } catch {
    return false;
  }
  return true;
}
