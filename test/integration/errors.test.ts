import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { createClient } from 'redis';
import { Server } from 'socket.io';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn, patternsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { type ServerNode, startServer } from '../support/fleet';
import { startServers } from '../support/fleet-of';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const { AdapterClosedError, RedisPermissionError, RequestFailedError, RequestTimeoutError, UnsendableValueError } =
  redisAdapter;

describe('Errors', () => {
  let redis: RedisServer;
  let nodes: [ServerNode, ServerNode];
  let first: ServerNode['adapter'];
  let second: ServerNode['adapter'];

  before(async () => {
    redis = await startRedis();
  });
  beforeEach(async () => {
    nodes = (await startServers(2, 2, redis, { requestsTimeout: 300 })) as [ServerNode, ServerNode];
    first = nodes[0].adapter;
    second = nodes[1].adapter;
  });
  afterEach(() => Promise.all(nodes.map((node) => node.close())));
  after(() => redis.stop());

  it('of both clients reach the adapter of every namespace', () => {
    const told: string[] = [];
    for (const nsp of ['/', '/a']) nodes[0].adapterOf(nsp).on('error', (error) => told.push(`${nsp} ${error.message}`));
    (first.pubClient as unknown as EventEmitter).emit('error', new Error('pub'));
    (first.subClient as unknown as EventEmitter).emit('error', new Error('sub'));
    assert.deepEqual(told.sort(), ['/ pub', '/ sub', '/a pub', '/a sub']);
  });

  it('that nobody listens to end nothing, and give one warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    for (let i = 0; i < 3; i++) (first.pubClient as unknown as EventEmitter).emit('error', new Error(`number ${i}`));
    // warnings are given in the next tick
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    assert.equal(warnings.length, 1);
    assert.match(String(warnings[0]), /number 0/);
  });

  it('of a listener that throws do not stop the others', () => {
    const told: unknown[] = [];
    first.on('error', () => {
      throw new Error('of the listener');
    });
    nodes[0].adapterOf('/b').on('error', (error) => told.push(error));
    (first.pubClient as unknown as EventEmitter).emit('error', new Error('x'));
    assert.equal(told.length, 1);
  });

  it('a request that times out gives an error and what had come in', async () => {
    first.customHook = (_data, answer) => answer('first');
    second.customHook = () => {};
    const byPromise = await first.customRequest('x').catch((error: unknown) => error);
    assert.ok(byPromise instanceof RequestTimeoutError);
    assert.deepEqual(byPromise.partial, ['first']);
    assert.equal(byPromise.received, 1);
    assert.equal(byPromise.expected, 2);
    const byCallback = await new Promise<unknown[]>((resolve) => {
      first.customRequest('x', (...args) => resolve(args));
    });
    assert.ok(byCallback[0] instanceof RequestTimeoutError);
    assert.deepEqual(byCallback[1], ['first']);
  });

  it('each request has its whole time, whenever those before it were asked or answered', async () => {
    const durations: number[] = [];
    const onRequest = (message: unknown) => durations.push((message as { duration: number }).duration);
    subscribe('socket.io-redis:request', onRequest);
    second.customHook = (data, answer) => data === 'answered' && answer('here');
    const pending: Promise<unknown>[] = [];
    for (let i = 0; i < 3; i++) {
      pending.push(assert.rejects(first.customRequest('unanswered'), RequestTimeoutError));
      // which takes some of the time of the one before
      for (let j = 0; j < 20; j++) await first.clients();
    }
    await first.customRequest('answered');
    await Promise.all(pending);
    unsubscribe('socket.io-redis:request', onRequest);
    assert.equal(durations.filter((duration) => duration >= 300).length, 3);
    assert.equal(durations.length, 3 * 21 + 1);
  });

  it('a timeout names the nodes that did not answer, once they are known', async () => {
    await first.clients();
    second.customHook = () => {};
    await assert.rejects(first.customRequest('x'), { missing: [second.uid], received: 1, expected: 2 });
  });

  it('a request that nobody looks at ends nothing', async () => {
    second.customHook = () => {};
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    first.remoteJoin('nobody', 'x');
    first.customRequest('x');
    await assert.rejects(first.customRequest('x'), RequestTimeoutError);
    await new Promise(setImmediate);
    process.off('unhandledRejection', onUnhandled);
    assert.deepEqual(unhandled, []);
  });

  it('a callback that is no function is told at once', () => {
    const wrong = 'done' as unknown as () => void;
    for (const ask of [() => first.clients([], wrong), () => first.remoteJoin('nobody', 'x', wrong)]) {
      assert.throws(ask, { code: 'ERR_SOCKET_IO_REDIS_OPTION', message: /"fn"/ });
    }
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const hooks: [string, redisAdapter.CustomHook, unknown][] = [
    [
      'throws',
      () => {
        throw new Error('hook');
      },
      null,
    ],
    [
      'rejects',
      async () => {
        throw new Error('hook');
      },
      null,
    ],
    ['answers with what JSON cannot carry', (_data, answer) => answer(circular), null],
    ['answers with a bigint', (_data, answer) => answer(1n), null],
    [
      'answers twice',
      (_data, answer) => {
        answer(1);
        answer(2);
      },
      1,
    ],
  ];
  for (const [what, hook, answer] of hooks) {
    it(`a customHook that ${what} harms no one`, async () => {
      const told: unknown[] = [];
      second.on('error', (error) => told.push(error));
      first.customHook = (_data, done) => done('first');
      second.customHook = hook;
      const answers = await first.customRequest('x');
      assert.deepEqual(new Set(answers), new Set(['first', answer]));
      assert.equal(answers.length, 2);
      assert.equal(told.length, answer === null ? 1 : 0);
      assert.equal((await first.customRequest('y')).length, 2);
    });
  }

  it("a customHook's answer that cannot be written is null, also on the node that asks", async () => {
    const told: unknown[] = [];
    for (const adapter of [first, second]) {
      adapter.on('error', (error) => told.push(error));
      adapter.customHook = (_data, answer) => answer(5n);
    }
    assert.deepEqual(await first.customRequest('x'), [null, null]);
    assert.equal(told.length, 2);
  });

  it('a request that cannot be written fails at once', async () => {
    await assert.rejects(first.customRequest(circular), RequestFailedError);
  });

  it('an event that cannot be sent throws, and reaches nobody', async () => {
    const client = await nodes[0].connect();
    assert.throws(() => nodes[0].io.emit('x', { deep: [1, { fn: 5n }] }), {
      name: UnsendableValueError.name,
      message: /data\[1\]\.deep\[1\]\.fn/,
    });
    nodes[0].io.emit('end');
    assert.deepEqual(await client.until('end'), []);
  });

  it('close() fails what is pending, and a node that is closed cannot ask', async () => {
    second.customHook = () => {};
    const pending = assert.rejects(first.customRequest('x'), AdapterClosedError);
    await first.close();
    await first.close();
    await pending;
    await assert.rejects(first.clients(), AdapterClosedError);
  });

  it('a node that leaves is not waited for', async () => {
    await first.clients();
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    second.customHook = () => asked();
    const answers = first.customRequest('x');
    await isAsked;
    await second.close();
    assert.deepEqual(await answers, [null]);
  });

  it('an onlooker on the request channel is not waited for', async () => {
    const kind = clientKinds.find(({ name }) => name === 'ioredis 6');
    const pair = await kind?.create(targetOf(redis));
    const onlooker = pair?.subClient as EventEmitter & { subscribe(channel: string): Promise<unknown> };
    await onlooker.subscribe('socket.io-request#/#');
    assert.deepEqual(await first.clients(), []);
    await pair?.close();
  });

  it('a Redis that refuses to count is told of once, and requests then wait for the nodes known by name', async () => {
    const errors: Error[] = [];
    const note = (error: Error) => errors.push(error);
    first.on('error', note);
    await redis.command('ACL', 'SETUSER', 'default', '-pubsub');
    const found = [await first.customRequest('?'), await first.customRequest('?')];
    await redis.command('ACL', 'SETUSER', 'default', '+pubsub');
    first.off('error', note);
    assert.deepEqual(
      found.map((answers) => answers.length),
      [2, 2],
    );
    assert.equal(errors.length, 1);
    assert.ok(errors[0] instanceof RedisPermissionError);
    assert.equal(errors[0].command, 'PUBSUB');
  });
});

describe('Several servers', () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  for (const kind of clientKinds.filter(({ name }) => name === 'redis 6' || name === 'ioredis 6')) {
    it(`of one process are nodes of their own when they share their clients (${kind.name})`, async () => {
      const pair = await kind.create(targetOf(redis));
      const { pubClient, subClient } = pair;
      const factory = redisAdapter({ pubClient, subClient });
      const nodes = [
        await startServer(2, factory),
        await startServer(2, factory),
        ...(await startServers(2, 1, redis)),
      ];
      const clients = await Promise.all(nodes.map((node) => node.connect()));
      for (const node of nodes) {
        node.adapter.customHook = (_data, answer) => answer(node.adapter.uid);
        assert.deepEqual((await node.adapter.clients()).sort(), clients.map(({ id }) => id).sort());
      }
      const uids = await nodes[2]?.adapter.customRequest();
      assert.equal(new Set(uids).size, 3);
      nodes[0]?.io.emit('x');
      await Promise.all(clients.map((client) => client.until('x')));
      await Promise.all(nodes.map((node) => node.close()));
      await pair.close();
    });
  }

  it('are those that were heard of while Redis says nothing', async () => {
    // other clients give up by themselves
    const kind = clientKinds.find(({ name }) => name === 'ioredis 6') as (typeof clientKinds)[0];
    const pair = await kind.create(targetOf(redis));
    const { pubClient, subClient } = pair;
    const node = await startServer(2, redisAdapter({ pubClient, subClient, requestsTimeout: 300 }));
    const [other] = (await startServers(2, 1, redis)) as [ServerNode];
    assert.equal(await node.adapter.serverCount(), 2);
    redis.freeze();
    try {
      assert.equal(await node.adapter.serverCount(), 2);
    } finally {
      redis.thaw();
    }
    await Promise.all([node.close(), other.close()]);
    await pair.close();
  });

  it('do not keep the adapter that is replaced by io.adapter()', async () => {
    const { host, port } = redis;
    const [node] = (await startServers(2, 1, redis)) as [ServerNode];
    const replaced = node.adapter;
    node.io.adapter(redisAdapter({ host, port }));
    await node.adapterOf('/').ready;
    await assert.rejects(replaced.clients(), AdapterClosedError);
    assert.deepEqual(await node.adapterOf('/').clients(), []);
    await node.close();
    await eventually(async () => assert.deepEqual(await channelsOn([redis]), []));
    assert.equal(await patternsOn([redis]), 0);
  });
});

describe('A server that is not supported', () => {
  const factory = redisAdapter({ pubClient: createClient(), subClient: createClient() });

  it('gets an error that says what is', () => {
    const socketIo3 = { name: '/', server: {}, sockets: new Map(), adapter: undefined };
    assert.throws(() => factory(socketIo3), {
      code: 'ERR_SOCKET_IO_REDIS_SERVER',
      message: /Socket.IO 2 .* or Socket.IO 4/,
    });
  });

  it('is told that connectionStateRecovery cannot be had', () => {
    const options = { connectionStateRecovery: {}, adapter: factory };
    assert.throws(() => new Server(options), { code: 'ERR_SOCKET_IO_REDIS_RECOVERY' });
  });
});
