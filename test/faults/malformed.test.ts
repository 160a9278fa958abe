import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { createClient } from 'redis';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import type { Client, Generation, ServerNode } from '../support/fleet';
import { startServers } from '../support/fleet-of';
import * as payloads from './support/malformed-payloads';

const { pack } = payloads;

const packet = { type: 2, data: ['hacked'], nsp: '/' };
const deep = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x91), Buffer.from([0xc0])]);
const whole = pack(['uid', packet, { rooms: [], except: [], flags: {} }]);

const BROADCASTS: Record<string, Buffer | string> = {
  nothing: '',
  text: 'hello',
  'random bytes': Buffer.from('c1ff00fe81a2d9ffc7', 'hex'),
  'a map with a prototype': Buffer.concat([
    Buffer.from('93a3756964', 'hex'),
    pack(packet),
    Buffer.from('81a95f5f70726f746f5f5f81a568616378c3', 'hex'),
  ]),
  'an array that claims 4 G entries': Buffer.from('ddffffffff', 'hex'),
  'a map that claims 4 G entries': Buffer.from('dfffffffff', 'hex'),
  'a text that claims 4 GB': Buffer.from('93dbffffffff', 'hex'),
  'many arrays that claim a million entries': Buffer.concat(Array(1000).fill(Buffer.from('dd000f4240', 'hex'))),
  'nesting without end': deep(100_000),
  'bytes behind the end': Buffer.concat([whole, Buffer.from([0xc0])]),
  'no array': pack({ uid: 'x' }),
  'an empty array': pack([]),
  'a uid that is no text': pack([{}, packet, {}]),
  'no packet': pack(['uid']),
  'a packet that is no object': pack(['uid', 'packet', {}]),
  'a packet that is an array': pack(['uid', [2, ['hacked'], '/'], {}]),
  'a packet without data': pack(['uid', { type: 2, nsp: '/' }, {}]),
  'data without a name': pack(['uid', { ...packet, data: [] }, {}]),
  'data whose name is an object': pack(['uid', { ...packet, data: [{}] }, {}]),
  'a disconnect packet': pack(['uid', { ...packet, type: 1 }, {}]),
  'a connect packet': pack(['uid', { ...packet, type: 0 }, {}]),
  'an acknowledgement': pack(['uid', { ...packet, type: 3, id: 1 }, {}]),
  'a type that is no number': pack(['uid', { ...packet, type: '2' }, {}]),
  'a namespace that is no text': pack(['uid', { ...packet, nsp: 5 }, {}]),
  'options that are no object': pack(['uid', packet, 'options']),
  'rooms that are no array': pack(['uid', packet, { rooms: 'room' }]),
  'exceptions that are no array': pack(['uid', packet, { except: 'room' }]),
  'flags that are no object': pack(['uid', packet, { flags: true }]),
};

const text = JSON.stringify;
const REQUESTS: Record<string, Buffer | string> = {
  nothing: '',
  'no JSON': '{',
  'no object': '[]',
  null: 'null',
  'a number': '5',
  'random bytes': Buffer.from('c1ff00fe81a2d9ffc7', 'hex'),
  'nesting without end': '{"a":'.repeat(100_000),
  'an array that claims 4 G entries': Buffer.from('ddffffffff', 'hex'),
  'no type': text({ requestid: 'x' }),
  'an unknown type': text({ requestid: 'x', type: 99 }),
  'a type by another name': text({ requestid: 'x', type: 'constructor' }),
  'a type that is negative': text({ requestid: 'x', type: -1 }),
  'an id that is an object': text({ requestid: {}, type: 0 }),
  'rooms that are no array': text({ requestid: 'x', type: 0, rooms: 'a' }),
  'no sid': text({ requestid: 'x', type: 1 }),
  'a sid that is an object': text({ requestid: 'x', type: 1, sid: {} }),
  'no room': text({ requestid: 'x', type: 3, sid: 'a' }),
  'a room that is an object': text({ requestid: 'x', type: 4, sid: 'a', room: {} }),
  'a sender without a link': text({ requestid: 'x', type: 0, uid: {}, link: 5 }),
  'a sender that is not among its nodes': text({ requestid: 'x', type: 0, uid: 'a', link: 'b', nodes: ['c'] }),
  'a hello of nobody': text({ type: 'hello', uid: 5, link: 'x' }),
  'a bye of nobody': text({ type: 'bye' }),
  'an unknown type of 8.x': text({ requestId: 'x', uid: 'y', type: 42 }),
  'targets that are no object': text({ uid: 'y', type: 2, opts: 'all', rooms: ['a'] }),
  'targets with rooms that are no array': text({ uid: 'y', type: 2, opts: { rooms: 'b' }, rooms: ['a'] }),
  'no rooms to join': text({ uid: 'y', type: 2, opts: { rooms: [] } }),
  'no targets to fetch': text({ requestId: 'x', uid: 'y', type: 5 }),
  'an event that is no array': text({ uid: 'y', type: 6, data: 'event' }),
  'an event without a name': text({ uid: 'y', type: 6, data: [{}] }),
  'a broadcast without a packet': text({ requestId: 'x', uid: 'y', type: 7, opts: {} }),
  'a broadcast for nobody to answer to': text({ requestId: 'x', type: 7, packet, opts: {} }),
};

const RESPONSES: Record<string, Buffer | string> = {
  nothing: '',
  'no JSON': '{',
  'no object': '"x"',
  'random bytes': Buffer.from('c1ff00fe81a2d9ffc7', 'hex'),
  'no id': text({ clients: [], uid: 'x', link: 'x' }),
  'an id that is an object': text({ requestid: {} }),
  'a sender without a name': text({ requestid: 'x', uid: 5, link: 'x' }),
  'a count that is no number': text({ requestId: 'x', type: 8, clientCount: 'many' }),
};

for (const generation of [2, 4] as Generation[]) {
  describe(`On Socket.IO ${generation}, a payload that no peer would send is dropped and counted`, () => {
    let redis: RedisServer;
    let publisher: ReturnType<typeof createClient>;
    let nodes: ServerNode[];
    let node: ServerNode;
    let client: Client;
    const errors: Error[] = [];

    before(async () => {
      redis = await startRedis();
      publisher = createClient({ url: redis.url });
      await publisher.connect();
      nodes = await startServers(generation, 2, redis, { requestsTimeout: 300 });
      node = nodes[0] as ServerNode;
      client = await node.connect();
      node.adapter.on('error', (error) => errors.push(error));
    });
    after(async () => {
      await Promise.all(nodes.map((node) => node.close()));
      await publisher.close();
      await redis.stop();
    });

    const kinds = [
      ['broadcast', 'socket.io#/#', BROADCASTS],
      ['request', 'socket.io-request#/#', REQUESTS],
      ['response', 'socket.io-response#/#', RESPONSES],
    ] as const;
    for (const [kind, channel, payloads] of kinds) {
      for (const [name, payload] of Object.entries(payloads)) {
        it(`${kind}: ${name}`, async () => {
          const counted = node.adapter.stats().malformed[kind];
          await publisher.publish(channel, payload);
          await eventually(() => node.adapter.stats().malformed[kind] === counted + 1);
          assert.deepEqual(client.received, []);
          assert.ok(!('hacx' in {}));
        });
      }
    }

    it('and a thousand random ones change nothing', async () => {
      for (let i = 0; i < 1000; i++) {
        const payload = randomBytes(i % 64);
        await Promise.all(
          ['socket.io#/#', 'socket.io-request#/#', 'socket.io-response#/#'].map((c) => publisher.publish(c, payload)),
        );
      }
      await eventually(() => node.adapter.stats().malformed.broadcast >= 1000);
      assert.deepEqual(client.received, []);
    });

    it('and none of it is an error of anybody', () => assert.deepEqual(errors, []));

    it('while what peers send goes on', async () => {
      const other = nodes[1] as ServerNode;
      other.io.emit('x', 1);
      await client.until('x');
      assert.deepEqual(await other.adapter.clients(), [client.id]);
    });

    it('and a response that is no answer to its request is not taken for one', async () => {
      const other = nodes[1] as ServerNode;
      const ids: string[] = [];
      const spy = publisher.duplicate();
      await spy.connect();
      await spy.subscribe('socket.io-request#/#', (message) => ids.push(JSON.parse(message).requestid));
      other.adapter.customHook = () => {};
      node.adapter.customHook = () => {};
      const answered = node.adapter.clients();
      assert.deepEqual(await answered, [client.id]);
      const asked = node.adapter.customRequest('x').catch((error: unknown) => error as { partial: unknown });
      await eventually(() => ids.length > 0);
      await publisher.publish('socket.io-response#/#', text({ requestid: 'unknown', data: 'hacked' }));
      assert.deepEqual(((await asked) as { partial: unknown }).partial, []);
      await spy.close();
    });
  });
}
