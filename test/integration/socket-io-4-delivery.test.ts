import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { Socket } from 'socket.io';
import { connect } from 'socket.io-client';
import { Decoder, Encoder } from 'socket.io-parser';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { type Client, type Generation, io4, type ServerNode, startServer } from '../support/fleet';

const SENT = ['text "quoted", ü 🎉', { list: [1, -1.5, null, true], secret: 'x' }] as const;

/** Leaves out what is secret, as a parser of a user may. */
class DiscreetEncoder extends Encoder {
  constructor() {
    super((key: string, value: unknown) => (key === 'secret' ? undefined : value));
  }
}

/** How an event gets from a Socket.IO 4 server to a client: options of the server, and the client's transport. */
const WAYS: Record<string, { options?: object; transport?: string; nsp?: string; received?: unknown[] }> = {
  'a WebSocket': {},
  'a WebSocket that compresses': { options: { perMessageDeflate: { threshold: 0 } } },
  'long polling': { transport: 'polling' },
  'a namespace': { nsp: '/chat' },
  'a namespace of any script': { nsp: '/日本' },
  'a parser of the user': {
    options: { parser: { Encoder: DiscreetEncoder, Decoder } },
    received: [SENT[0], { list: SENT[1].list }],
  },
};

describe('What another node sends', () => {
  let redis: RedisServer;
  const nodes: ServerNode[] = [];
  const clients: ReturnType<typeof connect>[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(nodes.splice(0).map((node) => node.close()));
  });
  after(() => redis.stop());

  /** A server that sends, and one of this generation that receives. */
  async function startPair(generation: Generation, options: object = {}): Promise<[ServerNode, ServerNode]> {
    const { host, port } = redis;
    const start = (generation: Generation, options: object) =>
      startServer(generation, redisAdapter({ host, port }), options);
    const pair: [ServerNode, ServerNode] = [await start(4, {}), await start(generation, options)];
    nodes.push(...pair);
    return pair;
  }

  async function connectTo(url: string, transport: string) {
    const client = connect(url, { transports: [transport], forceNew: true, reconnection: false });
    clients.push(client);
    await new Promise<void>((resolve) => client.once('connect', () => resolve()));
    return client;
  }

  for (const generation of [4, 4.3] as const) {
    for (const [name, { options, transport = 'websocket', nsp = '/', received = SENT }] of Object.entries(WAYS)) {
      it(`reaches a client of Socket.IO ${generation === 4 ? '4' : '4.3.1'} through ${name}`, async () => {
        const [sender, receiver] = await startPair(generation, options);
        await Promise.all([sender, receiver].map((node) => node.adapterOf(nsp).ready));
        const client = await connectTo(receiver.url + nsp, transport);
        const event = new Promise((resolve) => client.once('event', (...args: unknown[]) => resolve(args)));
        sender.io.of(nsp).emit('event', ...SENT);
        assert.deepEqual(await event, received);
      });
    }
  }

  for (const create of ['createAdapter', 'createShardedAdapter'] as const) {
    for (const [name, { options, transport = 'websocket', nsp = '/', received = SENT }] of Object.entries(WAYS)) {
      it(`is the same to clients of the server that sends it, through ${name} and ${create}()`, async (t) => {
        const pubClient = new Redis(redis.url);
        const subClient = pubClient.duplicate();
        const node = await startServer(4, redisAdapter[create](pubClient, subClient), options);
        t.after(async () => {
          await node.close();
          for (const client of [pubClient, subClient]) client.disconnect();
        });
        await node.adapterOf(nsp).ready;
        const client = await connectTo(node.url + nsp, transport);
        const event = new Promise((resolve) => client.once('event', (...args: unknown[]) => resolve(args)));
        node.io.of(nsp).emit('event', ...SENT);
        assert.deepEqual(await event, received);
      });
    }
  }

  it('reaches the clients of two servers of a process, each with a parser of its own', async (t) => {
    const [sender] = await startPair(4);
    const pair = [createClient({ url: `redis://${redis.host}:${redis.port}` })];
    pair.push((pair[0] as (typeof pair)[0]).duplicate());
    await Promise.all(pair.map((client) => client.on('error', () => {}).connect()));
    t.after(() => {
      for (const client of pair) client.destroy();
    });
    const [pubClient, subClient] = pair as [(typeof pair)[0], (typeof pair)[0]];
    const parser = { Encoder: DiscreetEncoder, Decoder };
    for (const options of [{}, { parser }, {}]) {
      nodes.push(await startServer(4, redisAdapter({ pubClient, subClient }), options));
    }
    const sockets = await Promise.all(nodes.slice(2).map(({ url }) => connectTo(url, 'websocket')));
    const events = sockets.map(
      (socket) => new Promise((resolve) => socket.once('event', (...args: unknown[]) => resolve(args))),
    );
    sender.io.emit('event', ...SENT);
    const discreet = [SENT[0], { list: SENT[1].list }];
    assert.deepEqual(await Promise.all(events), [SENT, discreet, SENT]);
  });

  it('is seen by whoever listens to all that goes out', async () => {
    const [sender, receiver] = await startPair(4);
    const connected = once(receiver.io as unknown as NodeJS.EventEmitter, 'connection');
    await connectTo(receiver.url, 'websocket');
    const [socket] = await connected;
    const seen = new Promise((resolve) => socket.onAnyOutgoing((...args: unknown[]) => resolve(args)));
    sender.io.emit('event', ...SENT);
    assert.deepEqual(await seen, ['event', ...SENT]);
  });

  it('reaches all clients, whatever the listener to all that goes out to one of them throws', async () => {
    const [sender, receiver] = await startPair(4);
    const clients = [await receiver.connect(), await receiver.connect()];
    const [first] = clients as [Client];
    const thrown = new Error('of a listener');
    (receiver.socketOf(first) as unknown as Socket).onAnyOutgoing(() => {
      throw thrown;
    });
    const told = new Promise((resolve) => receiver.adapter.on('error', resolve));
    sender.io.emit('from elsewhere');
    assert.equal(await told, thrown);
    assert.throws(() => receiver.io.emit('from here'), thrown);
    for (const { received } of clients) {
      await eventually(() => assert.deepEqual(received, [['from elsewhere'], ['from here']]));
    }
  });

  it('is acknowledged by all clients, whatever the listener to all that goes out to one of them throws', async () => {
    const [sender, receiver] = await startPair(4);
    const clients = [await receiver.connect(), await receiver.connect()];
    for (const client of clients) client.answer = () => client.id;
    const [first] = clients as [Client];
    const thrown = new Error('of a listener');
    (receiver.socketOf(first) as unknown as Socket).onAnyOutgoing(() => {
      throw thrown;
    });
    const told = new Promise((resolve) => receiver.adapter.on('error', resolve));
    const answers: string[] = await io4(sender).timeout(5000).emitWithAck('from elsewhere');
    assert.deepEqual(answers.sort(), clients.map(({ id }) => id).sort());
    assert.equal(await told, thrown);
    await assert.rejects(io4(receiver).timeout(5000).emitWithAck('from here'), thrown);
    for (const { received } of clients) {
      await eventually(() => assert.deepEqual(received, [['from elsewhere'], ['from here']]));
    }
  });
});
