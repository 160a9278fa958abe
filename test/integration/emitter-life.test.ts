import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { decode, encode } from '@msgpack/msgpack';
import { createClient } from 'redis';
import * as emitterModule from '../../src/emitter';
import { type EmitterOptions, Emitter as OurEmitter } from '../../src/emitter';

import redisAdapter = require('../../src/index');
import publishedAdapter = require('socket.io-redis-5');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { type Client, io4, type ServerNode, startServer } from '../support/fleet';
import { type ClientKind, type ClientPair, shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const execute = promisify(execFile);

const kind = shardedKinds.find(({ name }) => name === 'redis 6') as ClientKind;

type Publishing = Record<'publish' | 'sPublish', (channel: string, payload: string | Buffer) => Promise<number>>;

describe('An emitter', () => {
  let redis: RedisServer;
  let user: ClientPair['pubClient'];
  let errors: Error[];
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  beforeEach(async () => {
    errors = [];
    const pair = await kind.create(targetOf(redis));
    toEnd.push(() => pair.close());
    user = pair.pubClient;
  });
  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end();
  });

  function emitterOf(options: EmitterOptions = {}, client = user): OurEmitter {
    const emitter = new OurEmitter(client, { onError: (error) => errors.push(error), ...options });
    toEnd.push(() => emitter.close());
    return emitter;
  }

  async function server(generation: 2 | 4 = 4, options: redisAdapter.RedisAdapterOptions = {}): Promise<ServerNode> {
    const { host, port } = redis;
    const node = await startServer(generation, redisAdapter({ host, port, ...options }));
    toEnd.push(() => node.close());
    return node;
  }

  async function connections(): Promise<number> {
    return (await redis.command('CLIENT', 'LIST')).trim().split('\n').length;
  }

  for (const mode of ['classic', 'sharded'] as const) {
    it(`that only tells (${mode}) makes no connection, and subscribes to nothing`, async () => {
      const before = await connections();
      const emitter = emitterOf({ mode });
      emitter.emit('x');
      emitter.to('room').emit('x');
      emitter.socketsJoin('room');
      emitter.serverSideEmit('x');
      emitter.of('/chat').disconnectSockets();
      await emitter.close();
      assert.equal(await connections(), before);
    });

    it(`that asks (${mode}) hears answers to it alone, on one more connection, which close() ends`, async () => {
      const before = await connections();
      const emitter = emitterOf({ mode });
      await Promise.all([emitter.fetchSockets(), emitter.of('/chat').fetchSockets(), emitter.emitWithAck('x')]);
      assert.equal(await connections(), before + 1);
      const heard = (await channelsOn([redis])).map((channel) => channel.replace(/emitter-[\w-]{6}#$/, 'uid#'));
      const own = ['/', '/chat'].flatMap((nsp) =>
        mode === 'sharded'
          ? [`socket.io#${nsp}#uid#`]
          : [`socket.io-response#${nsp}#`, `socket.io-response#${nsp}#uid#`],
      );
      assert.deepEqual(heard.sort(), own.sort());
      await emitter.close();
      await eventually(async () => assert.equal(await connections(), before));
      assert.deepEqual(await channelsOn([redis]), []);
    });
  }

  describe('that is closed', () => {
    it('fails what waits, and throws from then on', async () => {
      const node = await server();
      const client = await node.connect();
      io4(node).on('asked', () => {});
      const emitter = emitterOf();
      await emitter.fetchSockets();
      emitter.socketsJoin('room');
      const acknowledgement = emitter.emitWithAck('question');
      const answers = emitter.serverSideEmitWithAck('asked');
      const told = new Promise((resolve) => {
        emitter.serverSideEmit('asked', (...args: unknown[]) => resolve(args));
      });
      await client.until('question');
      const closed = { code: 'ERR_SOCKET_IO_REDIS_CLOSED' };
      const rejections = [assert.rejects(acknowledgement, closed), assert.rejects(answers, closed)];
      await Promise.all([emitter.close(), ...rejections]);
      const [error, partial] = (await told) as [Error, unknown];
      assert.ok(error instanceof emitterModule.AdapterClosedError);
      assert.deepEqual(partial, []);
      await emitter.close();
      for (const nsp of [emitter, emitter.of('/new')]) {
        assert.throws(() => nsp.emit('x'), closed);
        assert.throws(() => nsp.socketsJoin('x'), closed);
        assert.throws(() => nsp.serverSideEmit('x'), closed);
        await assert.rejects(nsp.fetchSockets(), closed);
        await assert.rejects(nsp.countSockets(), closed);
        await assert.rejects(nsp.emitWithAck('x'), closed);
      }
      assert.deepEqual(errors, []);
    });

    it('has let out what it was to send', async () => {
      const node = await server();
      const client = await node.connect();
      const emitter = emitterOf();
      for (let i = 0; i < 1000; i++) emitter.emit('x', i);
      emitter.emit('last');
      await emitter.close();
      (user as unknown as ReturnType<typeof createClient>).destroy();
      assert.equal((await client.until('last')).length, 1000);
    });

    it('leaves a second client of the user as it is', async () => {
      const pair = await kind.create(targetOf(redis));
      toEnd.push(() => pair.close());
      const before = await connections();
      const listeners = pair.subClient.eventNames().map((event) => [event, pair.subClient.listenerCount(event)]);
      const emitter = emitterOf({ subClient: pair.subClient });
      await emitter.fetchSockets();
      await emitter.close();
      assert.equal(await connections(), before);
      assert.deepEqual(await channelsOn([redis]), []);
      assert.deepEqual(
        pair.subClient.eventNames().map((event) => [event, pair.subClient.listenerCount(event)]),
        listeners,
      );
    });
  });

  describe('in a process of its own', () => {
    const index = JSON.stringify(join(__dirname, '../../src/emitter/index.js'));

    async function run(script: string): Promise<string> {
      const begin = `const { Emitter } = require(${index});
        const client = require('redis').createClient({ url: '${redis.url}' });
        client.on('error', () => {}).connect().then(async () => {
          const subClient = client.duplicate().on('error', () => {});
          ${script}
        });`;
      return (await execute(process.execPath, ['-e', begin], { timeout: 20_000 })).stdout.trim();
    }

    it('loads neither Socket.IO nor a Redis library beside that of the user', async () => {
      const script = `require(${index});
        console.log(Object.keys(require.cache).filter((path) => /node_modules.(socket\\.io|redis|ioredis|@redis)/.test(path)));`;
      assert.equal((await execute(process.execPath, ['-e', script])).stdout.trim(), '[]');
    });

    it('lets it end when the client is closed, without close(), as long as nothing was asked', async () => {
      await run(`
        const emitter = new Emitter(client, { requestsTimeout: 1e9 });
        emitter.emit('x');
        emitter.socketsJoin('x');
        emitter.to('x').emit('y');
        await client.close();`);
    });

    it('lets it end when both clients are closed, without close(), once all is answered', async () => {
      await run(`
        const emitter = new Emitter(client, { requestsTimeout: 1e9, subClient: await subClient.connect() });
        await emitter.emitWithAck('x');
        await emitter.fetchSockets();
        await emitter.serverSideEmitWithAck('x');
        await Promise.all([client.close(), subClient.close()]);`);
    });

    it('lets it end after close(), whatever was asked', async () => {
      const output = await run(`
        const emitter = new Emitter(client, { requestsTimeout: 1e9 });
        emitter.socketsJoin('x');
        await emitter.fetchSockets();
        emitter.emitWithAck('x').catch(({ code }) => console.log(code));
        await emitter.close();
        await client.close();`);
      assert.match(output, /^(ERR_SOCKET_IO_REDIS_CLOSED)?$/);
    });
  });

  for (const library of ['redis 4', 'redis 5', 'redis 6']) {
    it(`leaves no connection when it is closed while it makes one, with ${library}`, async () => {
      const { create } = shardedKinds.find(({ name }) => name === library) as ClientKind;
      const { pubClient, close } = await create(targetOf(redis));
      toEnd.push(close);
      const clients = async () => (await redis.command('CLIENT', 'LIST', 'TYPE', 'normal')).trim().split('\n').length;
      const before = await clients();
      const emitter = emitterOf({}, pubClient);
      const asked = assert.rejects(emitter.fetchSockets(), { code: 'ERR_SOCKET_IO_REDIS_CLOSED' });
      await emitter.close();
      await asked;
      // Redis takes them after the other one
      const two = await create(targetOf(redis));
      toEnd.push(two.close);
      await eventually(async () => assert.equal(await clients(), before + 2));
    });
  }

  it('fails a count in time, or once it is closed, while Redis hangs', async () => {
    const failures: unknown[] = [];
    const count = (emitter: OurEmitter) => emitter.countSockets().catch(({ code }) => failures.push(code));
    const impatient = emitterOf({ requestsTimeout: 100 });
    const closed = emitterOf({ requestsTimeout: 2 ** 31 - 1 });
    redis.freeze();
    toEnd.push(() => redis.thaw());
    void count(impatient);
    await eventually(() => assert.deepEqual(failures, ['ERR_SOCKET_IO_REDIS_TIMEOUT']));
    void count(closed);
    await closed.close();
    await eventually(() => assert.deepEqual(failures.slice(1), ['ERR_SOCKET_IO_REDIS_CLOSED']));
  });

  describe('when Redis is away', () => {
    let away: RedisServer;
    let client: ReturnType<typeof createClient>;

    beforeEach(async () => {
      away = await startRedis();
      client = createClient({ url: away.url, disableOfflineQueue: true });
      await client.on('error', () => {}).connect();
      toEnd.push(() => away.stop());
      toEnd.push(() => client.destroy());
      const gone = once(client, 'error');
      await away.kill();
      await gone;
    });

    it('tells it once, and loses what was to be sent', async () => {
      const emitter = emitterOf({}, client);
      assert.equal(emitter.emit('x'), true);
      emitter.socketsJoin('x');
      emitter.serverSideEmit('x');
      await eventually(() => errors.length > 0);
      await emitter.close();
      assert.equal(errors.length, 1);
    });

    it('gives one warning when nobody wants to be told', async () => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error) => warnings.push(warning);
      process.on('warning', onWarning);
      toEnd.push(() => process.off('warning', onWarning));
      for (const emitter of [new OurEmitter(client), new OurEmitter(client)]) {
        emitter.emit('x');
        emitter.emit('y');
        await emitter.close();
      }
      await new Promise(setImmediate);
      assert.equal(warnings.length, 2);
    });

    it('is not disturbed by an onError that throws', async () => {
      let told = 0;
      const onError = () => {
        told += 1;
        throw new Error('of the user');
      };
      const emitter = emitterOf({ onError }, client);
      const warned = once(process, 'warning');
      emitter.emit('x');
      assert.match(String(await warned), /of the user/);
      await emitter.close();
      assert.equal(told, 1);
    });

    it('fails what is asked in time, and does not send it later', async () => {
      const emitter = emitterOf({ requestsTimeout: 200 }, client);
      const timeout = { code: 'ERR_SOCKET_IO_REDIS_TIMEOUT' };
      await assert.rejects(emitter.fetchSockets(), timeout);
      await assert.rejects(emitter.timeout(100).emitWithAck('late'), timeout);
      await assert.rejects(emitter.countSockets(), { code: 'ERR_SOCKET_IO_REDIS_REQUEST' });
      const patient = emitterOf({ requestsTimeout: 2 ** 31 - 1 }, client);
      await assert.rejects(patient.timeout(100).fetchSockets(), timeout);
      await away.start();
      const node = await startServer(4, redisAdapter({ host: away.host, port: away.port }));
      toEnd.push(() => node.close());
      const listener = await node.connect();
      await eventually(async () => assert.equal(await emitter.countSockets(), 1));
      emitter.emit('now');
      assert.deepEqual(await listener.until('now'), []);
    });

    it('does not wait for a server that has left since Redis is back', async () => {
      const emitter = emitterOf({ requestsTimeout: 2 ** 31 - 1 }, client);
      emitter.emit('lost');
      await eventually(() => assert.equal(errors.length, 1));
      await away.start();
      const start = () => startServer(4, redisAdapter({ host: away.host, port: away.port }));
      const [staying, leaving] = [await start(), await start()];
      toEnd.push(() => staying.close());
      for (const node of [staying, leaving]) await node.connect();
      await eventually(async () => assert.equal((await emitter.fetchSockets()).length, 2));
      await leaving.close();
      assert.equal((await emitter.fetchSockets()).length, 1);
    });
  });

  describe('whose user may not do everything', () => {
    async function limited(rights: string): Promise<ClientPair['pubClient']> {
      const name = `limited${toEnd.length}`;
      await redis.command('ACL', 'SETUSER', name, 'on', '>secret', '~*', '&*', ...rights.split(' '));
      const pair = await kind.create(targetOf(redis, { username: name, password: 'secret' }));
      toEnd.push(() => pair.close());
      return pair.pubClient;
    }

    it('tells which command is forbidden', async () => {
      const emitter = emitterOf({}, await limited('+@all -publish'));
      emitter.emit('x');
      await eventually(() => errors.length > 0);
      assert.match(String(errors[0]), /RedisPermissionError: Redis does not permit PUBLISH/);
    });

    it('fails a question when nobody may count who is to answer', async () => {
      const emitter = emitterOf({}, await limited('+@all -pubsub'));
      const asked = [emitter.fetchSockets(), emitter.countSockets(), emitter.emitWithAck('x')];
      await Promise.all(asked.map((ask) => assert.rejects(ask, { code: 'ERR_SOCKET_IO_REDIS_REQUEST' })));
    });

    it('needs PUBLISH alone as long as it only tells', async () => {
      const node = await server();
      const client = await node.connect();
      const emitter = emitterOf({}, await limited('-@all +publish +client +hello +ping +auth'));
      emitter.emit('x');
      await client.until('x');
      assert.deepEqual(errors, []);
    });
  });

  for (const mode of ['classic', 'sharded'] as const) {
    it(`hears every one of the servers that share a connection (${mode})`, async () => {
      const pair = await kind.create(targetOf(redis));
      toEnd.push(() => pair.close());
      const create = mode === 'sharded' ? redisAdapter.createShardedAdapter : redisAdapter.createAdapter;
      const nodes = await Promise.all([1, 2, 3].map(() => startServer(4, create(pair.pubClient, pair.subClient))));
      toEnd.push(() => Promise.all(nodes.map((node) => node.close())));
      const clients = await Promise.all(nodes.map((node) => node.connect()));
      for (const [i, client] of clients.entries()) client.answer = () => i;
      for (const node of nodes) io4(node).on('asked', (answer: (value: string) => void) => answer('here'));
      assert.equal(await emitterOf({ mode }).countSockets(), 3);
      assert.equal((await emitterOf({ mode }).fetchSockets()).length, 3);
      assert.deepEqual((await emitterOf({ mode }).emitWithAck('question')).sort(), [0, 1, 2]);
      assert.deepEqual(await emitterOf({ mode }).serverSideEmitWithAck('asked'), ['here', 'here', 'here']);
    });
  }

  for (const mode of ['classic', 'sharded'] as const) {
    it(`reaches clients once, even when its client sends a message twice (${mode})`, async () => {
      const { host, port } = redis;
      const pair = await kind.create(targetOf(redis));
      toEnd.push(() => pair.close());
      const adapter =
        mode === 'sharded'
          ? redisAdapter.createShardedAdapter(pair.pubClient, pair.subClient)
          : redisAdapter({ host, port });
      const node = await startServer(4, adapter);
      toEnd.push(() => node.close());
      const client = await node.connect();
      const command = mode === 'sharded' ? 'sPublish' : 'publish';
      const publish = (user as unknown as Publishing)[command].bind(user);
      // as ioredis does when its connection ends before the answer has come
      const twice = (channel: string, payload: string | Buffer) =>
        Promise.all([publish(channel, payload), publish(channel, payload)]).then(([receivers]) => receivers);
      // what the library gives out inherits from the client itself
      Object.getPrototypeOf(user)[command] = twice;
      const emitter = emitterOf({ mode });
      for (let i = 0; i < 3; i++) emitter.emit('x', i);
      emitter.emit('last');
      assert.deepEqual(
        await client.until('last'),
        [0, 1, 2].map((i) => ['x', i]),
      );
      await eventually(() => assert.equal(node.adapter.stats().repeated, 4));
    });
  }

  it('keeps no more for a slow Redis than it may, and tells what it gives up', async () => {
    const node = await server();
    const client = await node.connect();
    const emitter = emitterOf({ maxQueuedBytes: 2 ** 16 });
    redis.freeze();
    for (let i = 0; i < 1000; i++) emitter.emit('x', i);
    redis.thaw();
    await eventually(() => {
      emitter.emit('last');
      return client.received.some(([event]) => event === 'last');
    });
    const arrived = client.received.filter(([event]) => event === 'x');
    assert.ok(arrived.length > 0 && arrived.length < 2 ** 16 / 512, `${arrived.length} were kept`);
    assert.deepEqual(
      errors.map((error) => error.constructor),
      [emitterModule.PublishQueueFullError],
    );
  });

  it('refuses one question more than it may ask at once', async () => {
    const node = await server();
    const answers: ((value: string) => void)[] = [];
    io4(node).on('asked', (answer: (value: string) => void) => answers.push(answer));
    const emitter = emitterOf({ maxPendingRequests: 1 });
    const first = emitter.serverSideEmitWithAck('asked');
    await assert.rejects(emitter.fetchSockets(), emitterModule.TooManyRequestsError);
    await eventually(() => answers.length > 0);
    answers[0]?.('here');
    assert.deepEqual(await first, ['here']);
  });

  it('does not wait for a server that leaves', async () => {
    const nodes = await Promise.all([server(), server()]);
    const [staying, leaving] = nodes as [ServerNode, ServerNode];
    io4(staying).on('asked', (answer: (value: string) => void) => answer('here'));
    const asked = once(io4(leaving), 'asked');
    const answers = emitterOf().serverSideEmitWithAck('asked');
    await asked;
    await leaving.close();
    assert.deepEqual(await answers, ['here']);
  });

  it('is told why a server cannot answer', async () => {
    const node = await server();
    const client = await node.connect();
    Object.assign(node.socketOf(client).data as object, { big: 1n });
    await assert.rejects(emitterOf().fetchSockets(), { code: 'ERR_SOCKET_IO_REDIS_REMOTE' });
  });

  it('gets what had come in when a server does not answer', async () => {
    const node = await server();
    io4(node).on('asked', () => {});
    const answering = await server();
    io4(answering).on('asked', (answer: (value: string) => void) => answer('here'));
    await assert.rejects(emitterOf({ requestsTimeout: 300 }).serverSideEmitWithAck('asked'), {
      code: 'ERR_SOCKET_IO_REDIS_TIMEOUT',
      partial: ['here'],
      received: 1,
      expected: 2,
      missing: [node.adapter.uid],
    });
  });

  it('has channels, a parser and a namespace of its own', async () => {
    const parser = {
      encode: (value: unknown) => Buffer.from(JSON.stringify(value)),
      decode: (payload: Buffer) => JSON.parse(payload.toString()) as unknown,
    };
    const [shop, other] = await Promise.all([server(4, { key: 'shop', parser }), server()]);
    for (const { io } of [shop, other]) io.of('/chat');
    const [buyer, stranger] = await Promise.all([shop.connect('/chat'), other.connect('/chat')]);
    const emitter = new OurEmitter(user, { key: 'shop', parser }, '/chat');
    toEnd.push(() => emitter.close());
    emitter.emit('x');
    await buyer.until('x');
    assert.equal(await emitter.countSockets(), 1);
    assert.equal(emitter.redisClient, user);
    other.io.of('/chat').emit('end');
    assert.deepEqual(await stranger.until('end'), []);
  });

  it('tells servers whose clients are to answer, and nothing of its own', async () => {
    const heard = (user as unknown as ReturnType<typeof createClient>).duplicate();
    await heard.connect();
    toEnd.push(() => heard.close());
    const requests: { opts: unknown }[] = [];
    await heard.subscribe('socket.io-request#/#', (message) => requests.push(JSON.parse(message)));
    assert.deepEqual(await emitterOf().to('room').timeout(1000).emitWithAck('x'), []);
    await eventually(() => requests.length > 0);
    assert.deepEqual(requests[0]?.opts, { rooms: ['room'], except: [], flags: { timeout: 1000 } });
  });

  it('needs nothing of a parser but encode(), as the published one, whatever it is an object of', async () => {
    class Published {
      readonly #options = { ignoreUndefined: true };
      encode(value: unknown): Uint8Array {
        return encode(value, this.#options);
      }
    }
    const node = await server(4, { parser: { encode, decode } });
    const client = await node.connect();
    const emitter = emitterOf({ parser: new Published() });
    emitter.emit('x', { a: 1, b: undefined });
    emitter.emit('end');
    assert.deepEqual(await client.until('end'), [['x', { a: 1 }]]);
    client.answer = () => Buffer.from('bytes');
    assert.deepEqual(await emitter.emitWithAck('question'), [Buffer.from('bytes')]);
  });

  describe('beside socket.io-redis 5.3.0', () => {
    let theirs: ServerNode;
    let ours: ServerNode;
    let clients: [their: Client, our: Client];

    beforeEach(async () => {
      const { host, port } = redis;
      theirs = await startServer(2, publishedAdapter({ host, port }));
      ours = await server();
      clients = [await theirs.connect(), await ours.connect()];
      toEnd.push(async () => {
        await theirs.close();
        const { pubClient, subClient } = theirs.adapter as unknown as Record<string, { end(flush: boolean): void }>;
        for (const client of [pubClient, subClient]) client?.end(false);
      });
      // it does not tell when it hears
      await eventually(async () => assert.equal((await ours.adapter.clients()).length, 2));
    });

    it('emits to its clients, and counts them', async () => {
      const [their, our] = clients;
      const emitter = emitterOf();
      emitter.emit('all', { a: [1, 'ü', null] });
      emitter.to([their.id, 'room']).emit('one');
      emitter.emit('end');
      assert.deepEqual(await their.until('end'), [['all', { a: [1, 'ü', null] }], ['one']]);
      assert.deepEqual(await our.until('end'), [['all', { a: [1, 'ü', null] }]]);
      assert.equal(await emitter.countSockets(), 2);
      assert.equal(await emitter.in(their.id).countSockets(), 1);
    });

    it('asks, and tells, the other servers alone', async () => {
      const [their, our] = clients;
      const emitter = emitterOf();
      for (const client of clients) client.answer = () => 'here';
      assert.deepEqual(
        (await emitter.fetchSockets()).map(({ id }) => id),
        [our.id],
      );
      assert.deepEqual(await emitter.emitWithAck('question'), ['here']);
      emitter.socketsJoin('room');
      emitter.to('room').emit('joined');
      await our.until('joined');
      emitter.socketsLeave('room');
      emitter.disconnectSockets();
      await eventually(() => !our.connected);
      assert.ok(their.connected);
      assert.equal((await ours.adapter.clients()).length, 1, 'it still answers');
    });
  });

  it('refuses what cannot be sent, and what Socket.IO emits itself, before anything is sent', async () => {
    const node = await server();
    const client = await node.connect();
    const emitter = emitterOf();
    const unsendable = { code: 'ERR_SOCKET_IO_REDIS_VALUE' };
    const wrong = { code: 'ERR_SOCKET_IO_REDIS_OPTION' };
    assert.throws(() => emitter.emit('x', { deep: 1n }), unsendable);
    assert.throws(() => emitter.serverSideEmit('x', 1n), unsendable);
    await assert.rejects(emitter.emitWithAck('x', 1n), unsendable);
    await assert.rejects(emitter.serverSideEmitWithAck('x', 1n), { code: 'ERR_SOCKET_IO_REDIS_REQUEST' });
    for (const event of emitterModule.RESERVED_EVENTS) assert.throws(() => emitter.emit(event as string), wrong);
    await assert.rejects(emitter.emitWithAck('disconnect'), wrong);
    for (const room of [undefined, null, {}, ['a', null]]) {
      for (const narrow of ['to', 'in', 'except', 'socketsJoin', 'socketsLeave'] as const) {
        assert.throws(() => emitter[narrow](room as string), wrong);
      }
    }
    for (const ms of [0, -1, Number.NaN, '5', 2 ** 31]) assert.throws(() => emitter.timeout(ms as number), wrong);
    emitter.emit('end');
    assert.deepEqual(await client.until('end'), []);
  });

  it('refuses options that are not what they must be', () => {
    const refused: [unknown, string][] = [
      [{ mode: 'cluster' }, 'mode'],
      [{ key: 5 }, 'key'],
      [{ parser: {} }, 'parser'],
      [{ parser: { encode, decode: 'json' } }, 'parser'],
      [{ requestsTimeout: 0 }, 'requestsTimeout'],
      [{ onError: 'log' }, 'onError'],
      [{ mode: 'sharded', subscriptionMode: 'all' }, 'subscriptionMode'],
      [{ subClient: {} }, 'subClient'],
    ];
    for (const [options, option] of refused) {
      assert.throws(() => new OurEmitter(user, options as EmitterOptions), { option });
    }
    for (const client of [undefined, null]) {
      assert.throws(() => new OurEmitter(client as never), { code: 'ERR_SOCKET_IO_REDIS_OPTION', option: 'client' });
    }
    assert.throws(() => new OurEmitter('localhost' as never), { code: 'ERR_SOCKET_IO_REDIS_CLIENT', option: 'client' });
    assert.throws(() => new OurEmitter(user, {}, 5 as never), { option: 'nsp' });
    new OurEmitter(user, null);
  });
});
