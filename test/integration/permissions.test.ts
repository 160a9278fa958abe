import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Redis } from 'ioredis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { patternsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { io4, listen, receivedFrom, type ServerNode, startServer } from '../support/fleet';
import { type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const { createShardedAdapter, RedisPermissionError, ShardedPubSubError } = redisAdapter;

type Create = (clients: ClientPair) => redisAdapter.AdapterFactory;

describe('A user whom Redis does not permit everything', () => {
  let redis: RedisServer;
  const nodes: ServerNode[] = [];
  const pairs: ClientPair[] = [];

  before(async () => {
    redis = await startRedis({
      acl: [
        'nopatterns on >secret ~* &* +@all -psubscribe -punsubscribe',
        'patterns on >secret ~* &* +@all',
        'nocounts on >secret ~* &* +@all -pubsub',
        'nosharded on >secret ~* &* +@all -ssubscribe',
        'least on >secret resetchannels &socket.io#/* &socket.io-request#/* &socket.io-response#/* -@all +publish ' +
          '+subscribe +unsubscribe +info',
      ],
    });
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await Promise.all(pairs.splice(0).map((pair) => pair.close()));
  });
  after(() => redis.stop());

  const kindOf = (library: string) => {
    const kind = clientKinds.find((kind) => kind.library === library && kind.topology === 'standalone');
    return kind as NonNullable<typeof kind>;
  };

  /** The same adapters, with a listener from the start. */
  function telling(factory: redisAdapter.AdapterFactory, errors: Error[]): unknown {
    // Socket.IO calls it with `new`
    return function adapter(nsp: object) {
      return factory(nsp).on('error', (error: Error) => errors.push(error));
    };
  }

  /** @returns what the adapter tells of */
  async function startAs(
    username: string,
    create: Create,
    generation: 2 | 4 = 4,
    library = 'ioredis',
  ): Promise<Error[]> {
    const pair = await kindOf(library).create(targetOf(redis, { username, password: 'secret' }));
    pairs.push(pair);
    const errors: Error[] = [];
    const factory = create(pair);
    nodes.push(await startServer(generation, telling(factory, errors)));
    return errors;
  }

  const dynamic: Create = ({ pubClient, subClient }) =>
    redisAdapter({ pubClient, subClient, subscriptionMode: 'dynamic', requestsTimeout: 1000 });

  async function assertConversation(): Promise<void> {
    const clients = await Promise.all(nodes.map((node) => node.connect()));
    const [first, second] = nodes as [ServerNode, ServerNode];
    await first.adapter.remoteJoin((clients[1] as { id: string }).id, 'room');
    first.io.to('room').emit('x');
    const received = await receivedFrom(first, clients);
    assert.deepEqual(received, [[], [['x']]]);
    assert.deepEqual((await second.adapter.clients()).length, 2);
    assert.equal(await second.adapter.serverCount(), 2);
  }

  for (const library of ['ioredis', 'redis', 'redis-3']) {
    it(`without PSUBSCRIBE can use the mode dynamic, with ${library}`, async () => {
      const errors = [
        await startAs('nopatterns', dynamic, 4, library),
        await startAs('nopatterns', dynamic, 2, library),
      ];
      await assertConversation();
      assert.deepEqual(errors, [[], []]);
      assert.equal(await patternsOn([redis]), 0);
    });
  }

  it('needs no more in the mode dynamic than what the README says, but for the count of published nodes', async () => {
    const errors = [await startAs('least', dynamic), await startAs('least', dynamic)];
    await assertConversation();
    for (const [error, ...others] of errors) {
      assert.ok(error instanceof RedisPermissionError);
      assert.equal(error.command, 'PUBSUB');
      assert.deepEqual(others, []);
    }
  });

  it('without PUBSUB gets acknowledgements again after a server has crashed', async (t) => {
    const create: Create = ({ pubClient, subClient }) => redisAdapter({ pubClient, subClient, requestsTimeout: 300 });
    for (let i = 0; i < 3; i++) await startAs('nocounts', create);
    const [first, second] = nodes as [ServerNode, ServerNode];
    const client = await second.connect();
    client.answer = () => 'here';
    await eventually(async () => assert.equal(await first.adapter.serverCount(), 3));
    // without a word to the others
    for (const crashed of Object.values(pairs[2] ?? {})) if (crashed instanceof Redis) crashed.disconnect();
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const ask = async () => {
      t.mock.timers.tick(31_000);
      assert.deepEqual(await io4(first).timeout(300).emitWithAck('question'), ['here']);
    };
    await eventually(ask, { within: 20 * 31_000 });
    assert.equal(await first.adapter.serverCount(), 2);
  });

  it('is told at once that the mode static needs PSUBSCRIBE, and which mode does not', async () => {
    const pair = await kindOf('ioredis').create(targetOf(redis, { username: 'nopatterns', password: 'secret' }));
    pairs.push(pair);
    const errors: Error[] = [];
    const factory = redisAdapter(pair.pubClient, pair.subClient, { watchdog: false });
    const { Server } = await import('socket.io');
    const io = new Server({ adapter: telling(factory, errors) as never });
    const adapter = io.of('/').adapter as unknown as redisAdapter.RedisAdapter;
    await eventually(() => assert.equal(errors.length, 1));
    assert.ok(errors[0] instanceof RedisPermissionError);
    assert.equal(errors[0].command, 'PSUBSCRIBE');
    assert.match(errors[0].message, /subscriptionMode to "dynamic"/);
    // it asks and is answered, but hears no broadcast
    assert.equal(await adapter.serverCount(), 1);
    assert.equal(adapter.health().receiving.works, false);
    await adapter.close();
  });

  it('keeps the connection on which Redis forbids a subscription, since it would on any other', async (t) => {
    const pair = await kindOf('ioredis').create(targetOf(redis, { username: 'nopatterns', password: 'secret' }));
    pairs.push(pair);
    const { pubClient, subClient } = pair;
    const publisher = pubClient as unknown as { duplicate(): EventEmitter };
    const duplicate = publisher.duplicate.bind(publisher);
    // made to see whether Redis is reachable, before a connection is ended
    const looked = new Promise((resolve) => {
      t.mock.method(publisher, 'duplicate', () => duplicate().once('end', resolve));
    });
    const factory = redisAdapter({ pubClient, subClient, watchdog: { interval: 50, patience: 100 } });
    const node = await listen(4, telling(factory, []));
    nodes.push(node);
    await looked;
    assert.equal(node.adapter.health().outage?.reason, 'receiving');
    assert.equal(node.adapter.stats().reconnects, 0);
  });

  it('is not told that all is well because a namespace is made, which hears no broadcast either', async () => {
    const pair = await kindOf('ioredis').create(targetOf(redis, { username: 'patterns', password: 'secret' }));
    pairs.push(pair);
    const { pubClient, subClient } = pair;
    const factory = redisAdapter({ pubClient, subClient, watchdog: { interval: 60_000, patience: 60_000 } });
    const node = await startServer(4, telling(factory, []));
    nodes.push(node);
    await redis.command('ACL', 'SETUSER', 'patterns', '-psubscribe');
    await Promise.all([once(node.adapter, 'degraded'), redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')]);
    const adapter = node.adapterOf('/chat');
    let ready = false;
    void adapter.ready.then(() => {
      ready = true;
    });
    // its conversation is heard then
    await adapter.serverCount();
    await turn();
    assert.equal(ready, false);
    assert.equal(adapter.health().outage?.reason, 'disconnected');
  });

  for (const [name, create] of [
    ['static', ({ pubClient, subClient }) => redisAdapter({ pubClient, subClient, requestsTimeout: 1000 })],
    ['dynamic', dynamic],
    ['sharded', ({ pubClient, subClient }) => createShardedAdapter(pubClient, subClient, { requestsTimeout: 1000 })],
  ] as [string, Create][]) {
    it(`without PUBSUB asks the nodes that it knows by name, ${name}`, async () => {
      const errors = [await startAs('nocounts', create), await startAs('nocounts', create, 2)];
      // with names alone, a node is asked once it was heard of
      for (const { adapter } of nodes) await eventually(async () => assert.equal(await adapter.serverCount(), 2));
      await assertConversation();
      for (const told of errors)
        assert.deepEqual(
          told.map((error) => (error as { command?: string }).command),
          ['PUBSUB'],
        );
    });
  }

  it('is told when sharded Pub/Sub is forbidden', async () => {
    const pair = await kindOf('redis').create(targetOf(redis, { username: 'nosharded', password: 'secret' }));
    pairs.push(pair);
    const errors: Error[] = [];
    const factory = createShardedAdapter(pair.pubClient, pair.subClient);
    const { Server } = await import('socket.io');
    const io = new Server({ adapter: telling(factory, errors) as never });
    await eventually(() => assert.equal((errors[0] as { command?: string } | undefined)?.command, 'SSUBSCRIBE'));
    await (io.of('/').adapter as unknown as redisAdapter.RedisAdapter).close();
  });

  it('is told at once that redis 3 has no sharded Pub/Sub', async () => {
    const pair = await kindOf('redis-3').create(targetOf(redis));
    pairs.push(pair);
    const create = () => createShardedAdapter(pair.pubClient, pair.subClient);
    assert.throws(create, (error: unknown) => error instanceof ShardedPubSubError && /redis 4\.6/.test(error.message));
  });

  it('is told at once that ioredis 5.0 to 5.2 has no sharded Pub/Sub, but just the methods', async (t) => {
    const { Redis, Command } = await import('ioredis-5');
    const client = new Redis({ lazyConnect: true });
    const { checkFlag } = Command;
    assert.doesNotThrow(() => createShardedAdapter(client, client));
    // what sets 5.2 apart
    t.mock.method(Command, 'checkFlag', (...[flag, name]: Parameters<typeof checkFlag>) => {
      return name !== 'ssubscribe' && checkFlag.call(Command, flag, name);
    });
    assert.throws(() => createShardedAdapter(client, client), { name: 'ShardedPubSubError', message: /5\.3/ });
    assert.equal(client.status, 'wait');
  });

  it('is told at once which option an ioredis Cluster lacks', async () => {
    const { Cluster } = await import('ioredis');
    const cluster = new Cluster([{ host: redis.host, port: redis.port }], { lazyConnect: true });
    assert.throws(() => createShardedAdapter(cluster), /shardedSubscribers: true/);
    cluster.disconnect();
  });
});
