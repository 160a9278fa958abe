import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import { createClient } from 'redis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { adapter2, adapter4, type Client, io4, receivedFrom, type ServerNode, startServer } from '../support/fleet';
import { VALUES } from '../support/values';

for (const generation of [2, 4] as const) {
  describe(`On Socket.IO ${generation}, beside @socket.io/redis-adapter 8.3.0`, () => {
    let redis: RedisServer;
    let pubClient: ReturnType<typeof createClient>;
    let subClient: ReturnType<typeof createClient>;
    let ours: ServerNode;
    let theirs: ServerNode;
    let our: Client;
    let their: Client;

    before(async () => {
      redis = await startRedis();
      const { host, port } = redis;
      pubClient = createClient({ url: redis.url });
      subClient = pubClient.duplicate();
      await Promise.all([pubClient.connect(), subClient.connect()]);
      ours = await startServer(generation, redisAdapter({ host, port, requestsTimeout: 500 }));
      theirs = await startServer(4, createAdapter(pubClient, subClient, { requestsTimeout: 500 }));
      [our, their] = await Promise.all([ours.connect(), theirs.connect()]);
      // it does not tell when it hears
      await eventually(async () => assert.equal((await ours.adapter.clients()).length, 2));
    });
    after(async () => {
      await Promise.all([ours.close(), theirs.close()]);
      await Promise.all([pubClient.close(), subClient.close()]);
      await redis.stop();
    });

    async function receivedBy(client: Client, node: ServerNode): Promise<unknown[][]> {
      const [received = []] = await receivedFrom(node, [client]);
      for (const { received } of [our, their]) received.splice(0);
      return received;
    }

    for (const [direction, from, to] of [
      ['from ours to theirs', () => ours, () => their],
      ['from theirs to ours', () => theirs, () => our],
    ] as const) {
      for (const [name, sent, seen, { of8: seenOf8 } = {}] of VALUES) {
        it(`${name} goes ${direction}`, async () => {
          from().io.emit('value', sent);
          const expected = from() === theirs && seenOf8 !== undefined ? seenOf8 : seen;
          assert.deepEqual(await receivedBy(to(), from()), [['value', expected === 'same' ? sent : expected]]);
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
        await leave(to().id, 'room');
      });
    }

    /** Our `remoteLeave()` on Socket.IO 2 does not reach 8.3.0, but `delSockets()` does. */
    async function leave(id: string, room: string): Promise<void> {
      const filter = { rooms: new Set([id]), except: new Set<string>() };
      await (generation === 2 ? adapter2(ours) : adapter4(ours)).delSockets(filter, [room]);
      await eventually(async () => assert.ok(!(await ours.adapter.clients([room])).includes(id)));
    }

    it('ours asks theirs', async () => {
      const { adapter } = ours;
      assert.equal(await adapter.serverCount(), 2);
      assert.deepEqual((await adapter.clients()).sort(), [our.id, their.id].sort());
      await adapter.remoteJoin(their.id, 'joined');
      assert.deepEqual(await adapter.clients(['joined']), [their.id]);
      assert.deepEqual([...(await adapter.allRooms())].sort(), [our.id, their.id, 'joined'].sort());
      await leave(their.id, 'joined');
      assert.deepEqual(await adapter.customRequest('x'), [null], 'it has no customHook');
      const leaver = await theirs.connect();
      await adapter.remoteDisconnect(leaver.id, true);
      await eventually(() => !leaver.connected);
      const sockets: { id: string }[] = await fetchSockets();
      assert.deepEqual(sockets.map(({ id }) => id).sort(), [our.id, their.id].sort());
    });

    it('nothing that ours asks ends a connection on theirs, or is taken for something else', async () => {
      const { adapter } = ours;
      const rooms = () => adapter.clients(['kept']);
      await adapter.remoteJoin(their.id, 'kept');
      await adapter.clientRooms('nobody').catch(() => {});
      await adapter.remoteLeave(their.id, 'another').catch(() => {});
      await adapter.remoteJoin('nobody', 'kept').catch(() => {});
      await adapter.customRequest({ rooms: ['kept'], close: true });
      assert.deepEqual(await rooms(), [their.id]);
      assert.ok(their.connected);
      await leave(their.id, 'kept');
    });

    it('ours tells theirs', async () => {
      const filter = { rooms: new Set([their.id]), except: new Set<string>() };
      const adapter = generation === 2 ? adapter2(ours) : adapter4(ours);
      await adapter.addSockets(filter, ['told']);
      await eventually(async () => assert.deepEqual(await ours.adapter.clients(['told']), [their.id]));
      await leave(their.id, 'told');
      const leaver = await theirs.connect();
      await adapter.disconnectSockets({ rooms: new Set([leaver.id]), except: new Set<string>() }, true);
      await eventually(() => !leaver.connected);
    });

    it('events between servers go both ways, with acknowledgements', async () => {
      io4(theirs).on('ping', (x: string, answer?: (y: string) => void) => answer?.(`their ${x}`));
      if (generation === 2) {
        adapter2(ours).on('serverSideEmit', (_event, [x], answer) => answer?.(`our ${x}`));
        assert.deepEqual(await adapter2(ours).serverSideEmitWithAck('ping', 'x'), ['their x']);
      } else {
        io4(ours).on('ping', (x: string, answer?: (y: string) => void) => answer?.(`our ${x}`));
        assert.deepEqual(await io4(ours).serverSideEmitWithAck('ping', 'x'), ['their x']);
      }
      assert.deepEqual(await io4(theirs).serverSideEmitWithAck('ping', 'x'), ['our x']);
    });

    it('broadcasts with acknowledgements go both ways', async () => {
      our.answer = ([, x]) => ['our', x];
      their.answer = ([, x]) => ['their', x];
      const bytes = Buffer.from('bytes');
      for (const value of ['text', bytes]) {
        const answers = [
          await io4(theirs).timeout(1000).emitWithAck('question', value),
          generation === 2
            ? await adapter2(ours).emitWithAck(1000, {}, 'question', value)
            : await io4(ours).timeout(1000).emitWithAck('question', value),
        ];
        for (const answer of answers)
          assert.deepEqual(
            new Set(answer),
            new Set([
              ['our', value],
              ['their', value],
            ]),
          );
      }
    });

    it('theirs asks ours', async () => {
      const sockets = await io4(theirs).fetchSockets();
      assert.deepEqual(sockets.map(({ id }) => id).sort(), [our.id, their.id].sort());
      io4(theirs).in(our.id).socketsJoin(['joined', 'more']);
      await eventually(async () => assert.deepEqual(await ours.adapter.clients(['joined']), [our.id]));
      const [remote] = await io4(theirs).in('joined').fetchSockets();
      assert.deepEqual(remote?.rooms, new Set([our.id, 'joined', 'more']));
      assert.ok(remote?.handshake.headers);
      const rooms = await (theirs.adapter as unknown as { allRooms(): Promise<Set<string>> }).allRooms();
      assert.deepEqual([...rooms].sort(), [our.id, their.id, 'joined', 'more'].sort());
      io4(theirs).in(our.id).socketsLeave(['joined', 'more']);
      await eventually(async () => assert.deepEqual(await ours.adapter.clients(['more']), []));
      const leaver = await ours.connect();
      io4(theirs).in(leaver.id).disconnectSockets(true);
      await eventually(() => !leaver.connected);
      assert.ok(our.connected);
    });

    it('@socket.io/redis-emitter 5.1 reaches ours', async () => {
      const emitter = new Emitter(pubClient);
      our.received.splice(0);
      emitter.in(our.id).socketsJoin('emitted');
      await eventually(async () => assert.deepEqual(await ours.adapter.clients(['emitted']), [our.id]));
      emitter.emit('all', new Date(5), Buffer.from('bin'));
      emitter.to('emitted').emit('room');
      emitter.to('emitted').except(our.id).emit('excepted');
      emitter.in(our.id).socketsLeave('emitted');
      await eventually(async () => assert.deepEqual(await ours.adapter.clients(['emitted']), []));
      emitter.emit('end');
      const received = await our.until('end');
      assert.deepEqual(received, [['all', new Date(5).toISOString(), Buffer.from('bin')], ['room']]);
      const heard = new Promise((resolve) => {
        if (generation === 2) adapter2(ours).once('serverSideEmit', (...args) => resolve(args.slice(0, 2)));
        else io4(ours).once('hello', (...args: unknown[]) => resolve(['hello', args]));
      });
      emitter.serverSideEmit('hello', 1, 'x');
      assert.deepEqual(await heard, ['hello', [1, 'x']]);
      const leaver = await ours.connect();
      emitter.in(leaver.id).disconnectSockets(true);
      await eventually(() => !leaver.connected);
    });

    it('theirs is counted also where two of ours subscribe through one client, each with another that publishes', async () => {
      const second = await startServer(generation, redisAdapter({ subClient: ours.adapter.subClient }));
      try {
        await eventually(async () => assert.equal(await second.adapter.serverCount(), 3));
      } finally {
        await second.close();
      }
      await eventually(async () => assert.equal(await ours.adapter.serverCount(), 2));
    });

    // some of its answers have no id: it takes what it is asked in another dialect for a question without one
    it('nothing that theirs sends is taken for malformed', () => {
      assert.deepEqual(ours.adapter.stats().malformed, { broadcast: 0, request: 0, response: 0 });
    });

    function fetchSockets(): Promise<{ id: string }[]> {
      return generation === 2 ? adapter2(ours).fetchSockets() : io4(ours).fetchSockets();
    }
  });
}
