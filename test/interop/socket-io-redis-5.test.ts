import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import createEmitter = require('socket.io-emitter');
import publishedAdapter = require('socket.io-redis-5');
import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { type Client, receivedFrom, type ServerNode, startServer } from '../support/fleet';
import { VALUES } from '../support/values';

/** What the published adapter offers; its queries take callbacks only. */
interface PublishedAdapter {
  customHook: (data: unknown, callback: (answer: unknown) => void) => void;
  clients(rooms: string[], fn: Callback): void;
  clientRooms(id: string, fn: Callback): void;
  allRooms(fn: Callback): void;
  remoteJoin(id: string, room: string, fn: Callback): void;
  remoteLeave(id: string, room: string, fn: Callback): void;
  remoteDisconnect(id: string, close: boolean, fn: Callback): void;
  customRequest(data: unknown, fn: Callback): void;
  pubClient: { end(flush: boolean): void };
  subClient: { end(flush: boolean): void };
}
type Callback = (error: Error | null, value?: unknown) => void;

for (const generation of [2, 4] as const) {
  describe(`On Socket.IO ${generation}, beside socket.io-redis 5.3.0`, () => {
    let redis: RedisServer;
    let ours: ServerNode;
    let theirs: ServerNode;
    let published: PublishedAdapter;
    let our: Client;
    let their: Client;

    before(async () => {
      redis = await startRedis();
      const { host, port } = redis;
      ours = await startServer(generation, redisAdapter({ host, port, requestsTimeout: 500 }));
      theirs = await startServer(2, publishedAdapter({ host, port, requestsTimeout: 500 }));
      published = theirs.adapter as unknown as PublishedAdapter;
      [our, their] = await Promise.all([ours.connect(), theirs.connect()]);
      // it does not tell when it hears
      await eventually(async () => assert.equal((await ours.adapter.clients()).length, 2));
    });
    after(async () => {
      await Promise.all([ours.close(), theirs.close()]);
      published.pubClient.end(false);
      published.subClient.end(false);
      await redis.stop();
    });

    /** What a client is sent by a node; what comes to the other client in the meantime is of no interest. */
    async function receivedBy(client: Client, node: ServerNode): Promise<unknown[][]> {
      const [received = []] = await receivedFrom(node, [client]);
      for (const { received } of [our, their]) received.splice(0);
      return received;
    }

    const asked = (ask: (fn: Callback) => void) =>
      new Promise((resolve, reject) => {
        ask((error, value) => (error ? reject(error) : resolve(value)));
      });

    for (const [direction, from, to] of [
      ['from ours to theirs', () => ours, () => their],
      ['from theirs to ours', () => theirs, () => our],
    ] as const) {
      for (const [name, sent, seen, { of5: seenOfTheirs } = {}] of VALUES) {
        it(`${name} goes ${direction}`, async () => {
          from().io.emit('value', sent);
          const [received] = await receivedBy(to(), from());
          const expected = from() === theirs && seenOfTheirs ? seenOfTheirs : seen;
          assert.deepEqual(received, ['value', expected === 'same' ? sent : expected]);
        });
      }

      it(`broadcasts, rooms and exceptions go ${direction}`, async () => {
        const node = from();
        await ours.adapter.remoteJoin(to().id, 'room');
        node.io.to('room').emit('a');
        node.io.to('room').to('other').emit('b');
        node.io.to('other').emit('c');
        node.io.to(to().id).emit('d');
        node.io.local.emit('e');
        assert.deepEqual(await receivedBy(to(), node), [['a'], ['b'], ['d']]);
        // on its own: a connection that is busy drops what is volatile
        node.io.volatile.emit('f');
        assert.deepEqual(await receivedBy(to(), node), [['f']]);
        await ours.adapter.remoteLeave(to().id, 'room');
      });

      it(`namespaces go ${direction}`, async () => {
        const other = from() === ours ? theirs : ours;
        await ours.adapterOf('/nsp').ready;
        theirs.io.of('/nsp');
        const [inside, outside] = await Promise.all([other.connect('/nsp'), other.connect()]);
        await eventually(async () => assert.equal((await ours.adapterOf('/nsp').clients()).length, 1));
        from().io.of('/nsp').emit('x');
        assert.deepEqual(await receivedFrom(from(), [inside, outside]), [[['x']], []]);
        inside.close();
        outside.close();
        await eventually(async () => assert.equal((await ours.adapter.clients()).length, 2));
      });
    }

    it('ours asks theirs', async () => {
      const { adapter } = ours;
      published.customHook = (data, answer) => answer(`their ${data}`);
      adapter.customHook = (data, answer) => answer(`our ${data}`);
      assert.deepEqual((await adapter.clients()).sort(), [our.id, their.id].sort());
      await adapter.remoteJoin(their.id, 'joined');
      assert.deepEqual((await adapter.clientRooms(their.id)).sort(), [their.id, 'joined'].sort());
      assert.deepEqual(await adapter.clients(['joined']), [their.id]);
      assert.deepEqual([...(await adapter.allRooms())].sort(), [our.id, their.id, 'joined'].sort());
      await adapter.remoteLeave(their.id, 'joined');
      assert.deepEqual(await adapter.clients(['joined']), []);
      assert.deepEqual((await adapter.customRequest('x')).sort(), ['our x', 'their x']);
      const leaver = await theirs.connect();
      await adapter.remoteDisconnect(leaver.id, true);
      await eventually(() => !leaver.connected);
    });

    it('theirs asks ours', async () => {
      assert.deepEqual(
        ((await asked((fn) => published.clients([], fn))) as string[]).sort(),
        [our.id, their.id].sort(),
      );
      await asked((fn) => published.remoteJoin(our.id, 'joined', fn));
      const rooms = (await asked((fn) => published.clientRooms(our.id, fn))) as string[];
      assert.deepEqual(rooms.sort(), [our.id, 'joined'].sort());
      assert.deepEqual(await asked((fn) => published.clients(['joined'], fn)), [our.id]);
      const all = (await asked((fn) => published.allRooms(fn))) as string[];
      assert.deepEqual(all.sort(), [our.id, their.id, 'joined'].sort());
      await asked((fn) => published.remoteLeave(our.id, 'joined', fn));
      assert.ok(our.connected);
      assert.deepEqual(await asked((fn) => published.clients(['joined'], fn)), []);
      const replies = (await asked((fn) => published.customRequest('x', fn))) as string[];
      assert.deepEqual(replies.sort(), ['our x', 'their x']);
      const leaver = await ours.connect();
      await asked((fn) => published.remoteDisconnect(leaver.id, true, fn));
      await eventually(() => !leaver.connected);
    });

    it('an unknown id is a success to neither', async () => {
      const timeout = /timeout reached while waiting for remoteJoin response/;
      await assert.rejects(ours.adapter.remoteJoin('nobody', 'x'), timeout);
      await assert.rejects(
        asked((fn) => published.remoteJoin('nobody', 'x', fn)),
        timeout,
      );
      await assert.rejects(asked((fn) => published.clientRooms('nobody', fn)));
      await assert.rejects(asked((fn) => published.remoteLeave('nobody', 'x', fn)));
      await assert.rejects(asked((fn) => published.remoteDisconnect('nobody', true, fn)));
    });

    it('a node of ours that leaves is not waited for, and its farewell means nothing to theirs', async () => {
      const { host, port } = redis;
      const leaver = await startServer(generation, redisAdapter({ host, port }));
      assert.equal((await ours.adapter.clients()).length, 2);
      await leaver.close();
      assert.equal((await ours.adapter.clients()).length, 2);
      assert.equal(((await asked((fn) => published.clients([], fn))) as string[]).length, 2);
    });

    it('socket.io-emitter 3.2 reaches both', async () => {
      const { host, port } = redis;
      const emitter = createEmitter({ host, port });
      await ours.adapter.remoteJoin(our.id, 'room');
      emitter.volatile.emit('volatile');
      await Promise.all([our.until('volatile'), their.until('volatile')]);
      emitter.emit('all', 1);
      emitter.to('room').emit('one room', new Date(5));
      emitter.to('room').to('other').emit('rooms');
      emitter.to('nobody').emit('nobody');
      emitter.of('/other').emit('elsewhere');
      emitter.to('room').emit('binary', Buffer.from('bin'));
      emitter.emit('end');
      assert.deepEqual(await our.until('end'), [
        ['all', 1],
        ['one room', '1970-01-01T00:00:00.005Z'],
        ['rooms'],
        ['binary', Buffer.from('bin')],
      ]);
      assert.deepEqual(await their.until('end'), [['all', 1]]);
      emitter.redis.end(false);
    });

    // some of its answers have no id: it takes what it is asked in another dialect for a question without one
    it('nothing that theirs sends is taken for malformed', () => {
      assert.deepEqual(ours.adapter.stats().malformed, { broadcast: 0, request: 0, response: 0 });
    });
  });
}
