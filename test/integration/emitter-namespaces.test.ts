import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { createClient } from 'redis';
import { Emitter, type EmitterOptions } from '../../src/emitter';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { io4, type ServerNode, startServer } from '../support/fleet';
import { type ClientKind, type ClientPair, shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const kind = shardedKinds.find(({ name }) => name === 'redis 6') as ClientKind;

/** More than an emitter remembers. */
const MANY = 3000;

describe('An emitter that is used for thousands of namespaces', () => {
  let redis: RedisServer;
  let user: ClientPair['pubClient'];
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  beforeEach(async () => {
    const pair = await kind.create(targetOf(redis));
    toEnd.push(() => pair.close());
    user = pair.pubClient;
  });
  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end();
  });

  function emitterOf(options: EmitterOptions = {}): Emitter {
    const emitter = new Emitter(user, { requestsTimeout: 60_000, ...options });
    toEnd.push(() => emitter.close());
    return emitter;
  }

  async function serverWith(nsp: string): Promise<ServerNode> {
    const node = await startServer(4, redisAdapter({ host: redis.host, port: redis.port }));
    toEnd.push(() => node.close());
    node.io.of(nsp);
    await node.adapterOf(nsp).ready;
    return node;
  }

  function emitToMany(emitter: Emitter): void {
    for (let i = 0; i < MANY; i++) emitter.of(`/workspace-${i}`).emit('x');
  }

  it('keeps nothing of most of them', async () => {
    const script = `
      const { Emitter } = require(${JSON.stringify(join(__dirname, '../../src/emitter/index.js'))});
      const client = require('redis').createClient({ url: '${redis.url}' });
      client.connect().then(async () => {
        const emitter = new Emitter(client);
        const emitToMany = async (kind) => {
          for (let i = 0; i < 20_000; i++) emitter.of('/' + kind + i).emit('x');
          await client.ping();
          gc();
          return process.memoryUsage().heapUsed;
        };
        const before = await emitToMany('one');
        const after = await emitToMany('another');
        console.log((after - before) / 20_000);
        await emitter.close();
        await client.close();
      });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '-e', script]);
    // before, it was 4,300; Node.js itself keeps a little of anything
    assert.ok(Number(stdout) < 400, `${stdout.trim()} bytes for each namespace`);
  });

  for (const mode of ['classic', 'sharded'] as const) {
    it(`hears answers in a thousand of them at most, once they are there (${mode})`, async () => {
      const emitter = emitterOf({ mode });
      const ask = (i: number) => emitter.of(`/workspace-${i}`).fetchSockets();
      // all at once, then one after another
      await Promise.all([...Array(1500).keys()].map(ask));
      for (let i = 1500; i < 2500; i++) await ask(i);
      const own = mode === 'classic' ? 2 : 1;
      await eventually(async () => assert.equal((await channelsOn([redis])).length, own * 1000));
      assert.deepEqual(await ask(0), []);
      await emitter.close();
      assert.deepEqual(await channelsOn([redis]), []);
    });
  }

  it('hears what it has asked for, whatever it does meanwhile', async () => {
    const node = await serverWith('/chat');
    const client = await node.connect('/chat');
    const answers: ((value: string) => void)[] = [];
    const asked = new Promise<void>((resolve) => {
      io4(node)
        .of('/chat')
        .on('asked', (answer: (value: string) => void) => {
          answers.push(answer);
          resolve();
        });
    });
    const emitter = emitterOf();
    const counted = emitter.of('/chat').countSockets();
    emitToMany(emitter);
    assert.equal(await counted, 1);
    const fromServers = emitter.of('/chat').serverSideEmitWithAck('asked');
    await asked;
    emitToMany(emitter);
    answers[0]?.('a server');
    assert.deepEqual(await fromServers, ['a server']);
    client.answer = () => {
      emitToMany(emitter);
      return 'a client';
    };
    assert.deepEqual(await emitter.of('/chat').emitWithAck('question'), ['a client']);
  });

  it('knows which rooms sockets are still joining', async () => {
    const emitter = emitterOf();
    const subscriber = (user as unknown as ReturnType<typeof createClient>).duplicate();
    await subscriber.connect();
    toEnd.push(() => subscriber.close());
    const channels: string[] = [];
    await subscriber.pSubscribe('socket.io#/chat#*', (_message, channel) => channels.push(channel));
    emitter.of('/chat').socketsJoin('room');
    emitToMany(emitter);
    emitter.of('/chat').to('room').emit('x');
    await eventually(() => channels.length > 0);
    // that of the namespace, which those hear as well that have not joined yet
    assert.deepEqual(channels, ['socket.io#/chat#']);
  });

  it('goes on with the numbers of what it sends in one of them', async () => {
    const heard = (user as unknown as ReturnType<typeof createClient>).duplicate();
    await heard.connect();
    toEnd.push(() => heard.close());
    const numbers: number[] = [];
    const note = (message: Buffer) => numbers.push(message.readUInt32BE(message.length - 4));
    await heard.subscribe('socket.io#/chat#', note, true);
    const emitter = emitterOf();
    for (let i = 0; i < 3; i++) {
      emitter.of('/chat').emit('x');
      emitToMany(emitter);
    }
    await eventually(() => assert.equal(numbers.length, 3));
    const [first = 0] = numbers;
    assert.deepEqual(
      numbers.map((number) => (number - first) >>> 0),
      [0, 1, 2],
    );
  });

  it('goes on in one of them through whatever was made for it before, until it is closed', async () => {
    const node = await serverWith('/chat');
    const client = await node.connect('/chat');
    const emitter = emitterOf();
    const chat = emitter.of('/chat');
    const room = chat.to(client.id);
    for (let i = 0; i < 5; i++) {
      room.emit('x', i);
      chat.emit('y', i);
      emitToMany(emitter);
    }
    chat.emit('end');
    const sent = [...Array(5).keys()].flatMap((i) => [
      ['x', i],
      ['y', i],
    ]);
    assert.deepEqual(await client.until('end'), sent);
    assert.equal(node.adapterOf('/chat').stats().repeated, 0);
    await emitter.close();
    const closed = { code: 'ERR_SOCKET_IO_REDIS_CLOSED' };
    assert.throws(() => room.emit('x'), closed);
    assert.throws(() => chat.serverSideEmit('x'), closed);
    await assert.rejects(room.emitWithAck('x'), closed);
    await assert.rejects(room.fetchSockets(), closed);
    await assert.rejects(chat.countSockets(), closed);
  });

  it('has let out what it was to send when it is closed', async () => {
    const node = await serverWith('/chat');
    const client = await node.connect('/chat');
    const emitter = emitterOf();
    emitter.of('/chat').emit('first');
    emitToMany(emitter);
    await emitter.close();
    (user as unknown as ReturnType<typeof createClient>).destroy();
    assert.deepEqual(await client.until('first'), []);
  });
});
