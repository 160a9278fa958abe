import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type EventEmitter, once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { Redis as Ioredis6 } from 'ioredis';
import Ioredis4 from 'ioredis-4';
import { Redis as Ioredis5 } from 'ioredis-5';
import * as redis2 from 'redis-2';
import * as redis3 from 'redis-3';

import redisAdapter = require('../../src/index');

import { endClient } from '../../src/redis/client-life';
import type { RedisClient } from '../../src/redis/pub-sub';

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { SilencingProxy } from '../faults/support/proxy';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { listen, receivedFrom, type ServerNode, startServer } from '../support/fleet';
import { type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const HOUR_MS = 3_600_000;
const WATCHDOG = { interval: 400, patience: 400 };

/** What a node has told of its connection. */
type Told = ['degraded', redisAdapter.Degraded] | ['restored', redisAdapter.Restored];

describe('The watchdog', () => {
  let redis: RedisServer;
  const ends: (() => Promise<unknown>)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    redis.thaw();
    for (const end of ends.splice(0).reverse()) await end();
  });
  after(() => redis.stop());

  async function startProxy(): Promise<SilencingProxy> {
    const proxy = await SilencingProxy.start(redis);
    ends.push(() => proxy.close());
    return proxy;
  }

  async function pairOf(name: string, to: { host: string; port: number } = redis): Promise<ClientPair> {
    const kind = clientKinds.find((kind) => kind.name === name) as (typeof clientKinds)[number];
    const pair = await kind.create({ ...targetOf(redis), nodes: [{ host: to.host, port: to.port }] });
    ends.push(() => pair.close());
    return pair;
  }

  async function start(factory: redisAdapter.AdapterFactory, told: Told[] = []): Promise<ServerNode> {
    const node = await startServer(4, factory);
    ends.push(() => node.close());
    node.adapter.on('error', () => {});
    node.adapter.on('degraded', (outage) => told.push(['degraded', outage]));
    node.adapter.on('restored', (end) => told.push(['restored', end]));
    return node;
  }

  const nameOfAll = (told: readonly Told[]) => told.map(([event]) => event);
  const outcome = (told: readonly Told[]) =>
    eventually(() => assert.deepEqual(nameOfAll(told), ['degraded', 'restored']));

  const standalone = clientKinds.filter(({ topology }) => topology === 'standalone');
  for (const { name } of standalone) {
    it(`makes connections anew that deliver nothing, with ${name}`, async () => {
      const proxy = await startProxy();
      const told: Told[] = [];
      const { pubClient, subClient } = await pairOf(name, proxy);
      const deaf = await start(redisAdapter({ pubClient, subClient, watchdog: WATCHDOG }), told);
      const sender = await start(redisAdapter(await clientsOf(name)));
      const client = await deaf.connect();
      proxy.swallow();
      // what was on its way is still read
      for (let i = 0; i < 10; i++) await turn();
      const silentAt = Date.now();
      await outcome(told);
      const [[, outage], [, end]] = told as [['degraded', redisAdapter.Degraded], ['restored', redisAdapter.Restored]];
      // of a probe that was underway, it may have been just the answer that was swallowed
      assert.ok(['receiving', 'publishing'].includes(outage.reason), outage.reason);
      // what was sent meanwhile is lost: the gap is never told shorter than it was
      assert.ok(outage.since <= silentAt && outage.since + end.gap >= silentAt + WATCHDOG.patience);
      sender.io.emit('x');
      assert.deepEqual(await receivedFrom(sender, [client]), [[['x']]]);
      assert.ok(deaf.adapter.stats().reconnects > 0);
      assert.deepEqual(deaf.adapter.health().lastGap, { ...outage, ...end });
      assert.equal(deaf.adapter.health().receiving.works, true);
    });
  }

  for (const hours of [-2, 2]) {
    it(`sees connections that deliver nothing as soon when the clock has been set by ${hours} hours`, async (t) => {
      const proxy = await startProxy();
      const told: Told[] = [];
      const { pubClient, subClient } = await pairOf('ioredis 6', proxy);
      await start(redisAdapter({ pubClient, subClient, watchdog: WATCHDOG }), told);
      proxy.swallow();
      // a probe has just shown that all is well
      await outcome(told);
      const now = Date.now.bind(Date);
      t.mock.method(Date, 'now', () => now() + hours * HOUR_MS);
      proxy.swallow();
      await eventually(() => assert.deepEqual(nameOfAll(told), ['degraded', 'restored', 'degraded']));
      const [, , [, { since }]] = told as [Told, Told, ['degraded', redisAdapter.Degraded]];
      assert.ok(since <= Date.now(), `since ${since}`);
    });
  }

  for (const { name } of standalone) {
    it(`tells of an outage that is over before it looks, with ${name}`, async () => {
      const told: Told[] = [];
      const { pubClient, subClient } = await pairOf(name);
      const node = await start(
        redisAdapter({ pubClient, subClient, watchdog: { interval: 60_000, patience: 60_000 } }),
        told,
      );
      const sender = await start(redisAdapter(await clientsOf(name)));
      const client = await node.connect();
      // once it has looked
      await eventually(() => assert.equal(node.adapter.health().receiving.works, true));
      const lostAt = Date.now();
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await outcome(told);
      const [[, outage], [, end]] = told as [['degraded', redisAdapter.Degraded], ['restored', redisAdapter.Restored]];
      assert.equal(outage.reason, 'disconnected');
      assert.ok(outage.since <= lostAt && outage.since + end.gap >= lostAt);
      sender.io.emit('x');
      assert.deepEqual(await receivedFrom(sender, [client]), [[['x']]]);
    });
  }

  type Make = (to: { host: string; port: number }) => object;
  const particular: Record<string, Make> = {};
  for (const [version, make] of Object.entries({
    4: (options: object) => new Ioredis4(options),
    5: (options: object) => new Ioredis5(options),
    6: (options: object) => new Ioredis6(options),
  })) {
    const name = `ioredis ${version}`;
    particular[`does not do so by itself, with ${name}`] = (to) => make({ ...to, retryStrategy: () => null });
    particular[`keeps nothing until it is connected, with ${name}`] = (to) =>
      make({ ...to, enableOfflineQueue: false });
  }
  for (const [version, { createClient }] of Object.entries({ 2: redis2, 3: redis3 })) {
    particular[`keeps nothing until it is connected, with redis ${version}`] = (to) =>
      createClient({ ...to, enable_offline_queue: false });
  }
  for (const [what, make] of Object.entries(particular)) {
    it(`makes connections anew for a client that ${what}`, async () => {
      const proxy = await startProxy();
      const told: Told[] = [];
      const clients = [make(proxy), make(proxy)] as [RedisClient, RedisClient];
      ends.push(() => Promise.all(clients.map(endClient)));
      await Promise.all(clients.map((client) => once(client as object as EventEmitter, 'ready')));
      const [pubClient, subClient] = clients;
      await start(redisAdapter({ pubClient, subClient, watchdog: WATCHDOG }), told);
      proxy.swallow();
      await outcome(told);
    });
  }

  const clientsOf = async (name: string) => {
    const { pubClient, subClient } = await pairOf(name);
    return { pubClient, subClient };
  };

  it('makes a subscription anew that was lost alone, a pattern too', async () => {
    const told: Told[] = [];
    const { pubClient, subClient } = await pairOf('ioredis 6');
    const node = await start(redisAdapter({ pubClient, subClient, watchdog: WATCHDOG }), told);
    const sender = await start(redisAdapter(await clientsOf('ioredis 6')));
    const client = await node.connect();
    await (subClient as unknown as { punsubscribe(pattern: string): Promise<unknown> }).punsubscribe('socket.io#/*');
    await outcome(told);
    assert.equal(node.adapter.stats().reconnects, 0);
    sender.io.emit('x');
    assert.deepEqual(await receivedFrom(sender, [client]), [[['x']]]);
  });

  it('waits for a Redis that is frozen, and ends no connection', async () => {
    const told: Told[] = [];
    const clients = await clientsOf('ioredis 6');
    const node = await start(redisAdapter({ ...clients, watchdog: WATCHDOG }), told);
    const client = await node.connect();
    const sender = await start(redisAdapter(await clientsOf('ioredis 6')));
    redis.freeze();
    await eventually(() => assert.deepEqual(nameOfAll(told), ['degraded']));
    assert.equal(node.adapter.health().publishing.works, false);
    sender.io.emit('x');
    redis.thaw();
    await outcome(told);
    assert.deepEqual(await receivedFrom(sender, [client]), [[['x']]]);
    assert.equal(node.adapter.stats().reconnects, 0);
  });

  it('ends no connection either when Redis goes on while it looks whether Redis can be reached', async (t) => {
    const told: Told[] = [];
    const clients = await clientsOf('ioredis 6');
    const publisher = clients.pubClient as Ioredis6;
    const duplicate = publisher.duplicate.bind(publisher);
    const looks = new Promise<void>((resolve) => {
      t.mock.method(publisher, 'duplicate', () => {
        resolve();
        return duplicate();
      });
    });
    const node = await start(redisAdapter({ ...clients, watchdog: WATCHDOG }), told);
    const client = await node.connect();
    const sender = await start(redisAdapter(await clientsOf('ioredis 6')));
    redis.freeze();
    await looks;
    sender.io.emit('x');
    redis.thaw();
    await outcome(told);
    assert.deepEqual(await receivedFrom(sender, [client]), [[['x']]]);
    assert.equal(node.adapter.stats().reconnects, 0);
  });

  it('takes no blocked event loop for an outage', async () => {
    const told: Told[] = [];
    const node = await start(
      redisAdapter({ ...(await clientsOf('redis 6')), watchdog: { interval: 20, patience: 50 } }),
      told,
    );
    await eventually(() => assert.equal(node.adapter.health().receiving.works, true));
    for (let i = 0; i < 5; i++) {
      const end = performance.now() + 500;
      while (performance.now() < end);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(told, []);
  });

  it('tells of a Redis that is away when the server starts', async () => {
    const away = await startRedis();
    ends.push(() => away.stop());
    await away.kill();
    const told: Told[] = [];
    const node = await listen(4, redisAdapter({ host: away.host, port: away.port, watchdog: WATCHDOG }));
    ends.push(() => node.close());
    node.adapter.on('error', () => {});
    node.adapter.on('degraded', (outage) => told.push(['degraded', outage]));
    node.adapter.on('restored', (end) => told.push(['restored', end]));
    await eventually(() => assert.deepEqual(nameOfAll(told), ['degraded']));
    assert.equal(node.adapter.health().receiving.works, false);
    await away.restart();
    await outcome(told);
  });

  it('does not tell that a subscription works which is given up when the server closes', async () => {
    const guarded = await startRedis();
    ends.push(() => guarded.stop());
    await guarded.command('ACL', 'SETUSER', 'default', '-psubscribe');
    for (const name of ['redis 6', 'ioredis 6']) {
      const told: Told[] = [];
      const { pubClient, subClient } = await pairOf(name, guarded);
      const node = await listen(4, redisAdapter({ pubClient, subClient, watchdog: WATCHDOG }));
      node.adapter.on('error', () => {});
      node.adapter.on('degraded', (outage) => told.push(['degraded', outage]));
      node.adapter.on('restored', (end) => told.push(['restored', end]));
      await eventually(() => assert.deepEqual(nameOfAll(told), ['degraded']));
      await node.close();
      assert.deepEqual(nameOfAll(told), ['degraded']);
    }
  });

  it('subscribes to nothing once its last server has closed, not even while it waits for Redis', async () => {
    const away = await startRedis();
    ends.push(() => away.stop());
    const { pubClient, subClient } = await pairOf('ioredis 6', away);
    const told: Told[] = [];
    const node = await start(redisAdapter({ pubClient, subClient, watchdog: WATCHDOG }), told);
    await away.kill();
    await eventually(() => assert.deepEqual(nameOfAll(told), ['degraded']));
    await node.close();
    await away.restart();
    await eventually(() => (subClient as unknown as Ioredis6).status === 'ready');
    // as long as a probe takes that was underway
    for (let round = 0; round < 2; round++) await new Promise((resolve) => setTimeout(resolve, WATCHDOG.patience));
    assert.deepEqual(await channelsOn([away]), []);
  });

  it('is one for all servers and namespaces on the same clients, and ends with the last', async () => {
    const { pubClient, subClient } = await pairOf('redis 6');
    const factory = redisAdapter({ pubClient, subClient, watchdog: WATCHDOG });
    const [first, second] = [await startServer(4, factory), await startServer(4, factory)];
    first.io.of('/chat');
    const watched = async () => (await channelsOn([redis])).filter((channel) => channel.includes('watchdog')).length;
    await eventually(async () => assert.equal(await watched(), 1));
    await first.close();
    assert.equal(await watched(), 1);
    await second.close();
    await eventually(async () => assert.equal(await watched(), 0));
  });

  it('is not there when it is not wanted', async () => {
    const node = await start(redisAdapter({ ...(await clientsOf('redis 6')), watchdog: false }));
    await node.adapter.ready;
    assert.deepEqual(
      (await channelsOn([redis])).filter((channel) => channel.includes('watchdog')),
      [],
    );
  });
});

describe('Diagnostics channels', () => {
  it('tell what a node sends, receives and asks', async () => {
    const redis = await startRedis();
    const messages: Record<string, Record<string, unknown>[]> = {};
    const events = ['published', 'received', 'request'];
    const listeners = events.map((event) => {
      messages[event] = [];
      const listener = (message: unknown) => messages[event]?.push(message as Record<string, unknown>);
      subscribe(`socket.io-redis:${event}`, listener);
      return () => unsubscribe(`socket.io-redis:${event}`, listener);
    });
    const make = () => redisAdapter({ host: redis.host, port: redis.port });
    const nodes = [await startServer(4, make()), await startServer(4, make())] as const;
    try {
      const client = await nodes[1].connect();
      nodes[0].io.emit('x');
      await receivedFrom(nodes[0], [client]);
      await nodes[0].adapter.clients();
      const [{ uid }, { uid: other }] = [nodes[0].adapter, nodes[1].adapter];
      assert.ok(messages.published?.some((message) => message.uid === uid && message.channel === 'socket.io#/#'));
      assert.ok(messages.received?.some((message) => message.uid === other && message.nsp === '/'));
      const [request] = messages.request ?? [];
      assert.equal(request?.outcome, 'answered');
      assert.equal(request?.type, 'clients');
      assert.equal(nodes[0].adapter.stats().requests.answered, messages.request?.length);
      assert.ok(nodes[0].adapter.stats().echoes > 0);
      assert.deepEqual(nodes[0].adapter.health().peers, [other]);
    } finally {
      for (const end of listeners) end();
      for (const node of nodes) await node.close();
      await redis.stop();
    }
  });
});
