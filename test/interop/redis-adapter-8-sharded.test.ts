import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createShardedAdapter as createPublished } from '@socket.io/redis-adapter';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { adapter2, adapter4, type Client, io4, receivedFrom, type ServerNode, startServer } from '../support/fleet';
import { type ClientPair, shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const MODES = ['static', 'dynamic', 'dynamic-private'] as const;
const VALUES = [null, 'ü 🎉', 2 ** 40, { a: [{}] }, Buffer.from([0, 255]), { at: Buffer.alloc(300, 1) }];

for (const subscriptionMode of MODES) {
  for (const generation of [2, 4] as const) {
    for (const library of ['redis', 'ioredis']) describeBeside(subscriptionMode, generation, library);
  }
}

function describeBeside(subscriptionMode: (typeof MODES)[number], generation: 2 | 4, library: string): void {
  describe(`On Socket.IO ${generation} with ${library}, beside the sharded adapter of 8.3.0, ${subscriptionMode}`, () => {
    let redis: RedisServer;
    const pairs: ClientPair[] = [];
    let ours: ServerNode;
    let theirs: ServerNode;
    let our: Client;
    let their: Client;

    before(async () => {
      redis = await startRedis();
      const kind = shardedKinds.find((kind) => kind.library === library && kind.topology === 'standalone');
      const create = async () => {
        const pair = await (kind as NonNullable<typeof kind>).create(targetOf(redis));
        pairs.push(pair);
        return pair;
      };
      const [mine, other] = [await create(), await create()];
      const options = { subscriptionMode, requestsTimeout: 500 };
      ours = await startServer(generation, redisAdapter.createShardedAdapter(mine.pubClient, mine.subClient, options));
      theirs = await startServer(4, createPublished(other.pubClient, other.subClient, { subscriptionMode }));
      [our, their] = await Promise.all([ours.connect(), theirs.connect()]);
      // it does not tell when it hears
      await eventually(async () => assert.equal((await ours.adapter.clients()).length, 2));
    });
    after(async () => {
      await Promise.all([ours.close(), theirs.close()]);
      // theirs does not wait for Redis
      await eventually(async () => assert.deepEqual(await channelsOn([redis]), []));
      await Promise.all(pairs.map((pair) => pair.close()));
      await redis.stop();
    });

    const only = (...rooms: string[]) => ({ rooms: new Set(rooms), except: new Set<string>() });
    const ourAdapter = () => (generation === 2 ? adapter2(ours) : adapter4(ours));

    async function receivedBy(client: Client, node: ServerNode): Promise<unknown[][]> {
      const [received = []] = await receivedFrom(node, [client]);
      for (const { received } of [our, their]) received.splice(0);
      return received;
    }

    for (const [direction, from, to] of [
      ['from ours to theirs', () => ours, () => their],
      ['from theirs to ours', () => theirs, () => our],
    ] as const) {
      it(`values go ${direction}`, async () => {
        from().io.emit('values', ...VALUES);
        assert.deepEqual(await receivedBy(to(), from()), [['values', ...VALUES]]);
      });

      it(`broadcasts, rooms and exceptions go ${direction}`, async () => {
        const node = from();
        await ours.adapter.remoteJoin(to().id, 'room');
        // theirs does not tell when it hears a room
        await eventually(async () => {
          node.io.to('room').emit('joined');
          assert.ok((await receivedBy(to(), node)).length > 0);
        });
        node.io.to('room').emit('a');
        node.io.to('room').to('other').emit('b');
        node.io.to('other').emit('c');
        node.io.to(to().id).emit('d');
        node.io.local.emit('e');
        assert.deepEqual(await receivedBy(to(), node), [['a'], ['b'], ['d']]);
        await ours.adapter.remoteLeave(to().id, 'room');
        node.io.to('room').emit('gone');
        assert.deepEqual(await receivedBy(to(), node), []);
      });
    }

    it('ours asks theirs, with all of the 5.x API', async () => {
      const { adapter } = ours;
      assert.equal(await adapter.serverCount(), 2);
      assert.deepEqual((await adapter.clients()).sort(), [our.id, their.id].sort());
      await adapter.remoteJoin(their.id, 'joined');
      assert.deepEqual(await adapter.clients(['joined']), [their.id]);
      assert.deepEqual((await adapter.clientRooms(their.id)).sort(), [their.id, 'joined'].sort());
      assert.deepEqual([...(await adapter.allRooms())].sort(), [our.id, their.id, 'joined'].sort());
      assert.equal((await adapter.roomSizes()).get('joined'), 1);
      assert.equal(await adapter.countSockets({ rooms: ['joined'] }), 1);
      await adapter.remoteLeave(their.id, 'joined');
      assert.deepEqual(await adapter.clients(['joined']), []);
      assert.deepEqual(await adapter.customRequest('x'), [null], 'it has no customHook');
      const leaver = await theirs.connect();
      await adapter.remoteDisconnect(leaver.id, true);
      await eventually(() => !leaver.connected);
      await assert.rejects(adapter.remoteJoin('nobody', 'x'), { code: 'ERR_SOCKET_IO_REDIS_UNKNOWN_SOCKET' });
      assert.ok(their.connected);
    });

    it('ours tells theirs', async () => {
      await ourAdapter().addSockets(only(their.id), ['told']);
      await eventually(async () => assert.deepEqual(await ours.adapter.clients(['told']), [their.id]));
      await ourAdapter().delSockets(only(their.id), ['told']);
      await eventually(async () => assert.deepEqual(await ours.adapter.clients(['told']), []));
      const leaver = await theirs.connect();
      await ourAdapter().disconnectSockets(only(leaver.id), true);
      await eventually(() => !leaver.connected);
    });

    it('theirs asks and tells ours', async () => {
      const ids = (await io4(theirs).fetchSockets()).map(({ id }) => id);
      assert.deepEqual(ids.sort(), [our.id, their.id].sort());
      io4(theirs).in(our.id).socketsJoin('told');
      await eventually(async () => assert.deepEqual(await ours.adapter.clients(['told']), [our.id]));
      io4(theirs).in(our.id).socketsLeave('told');
      await eventually(async () => assert.deepEqual(await ours.adapter.clients(['told']), []));
      const leaver = await ours.connect();
      io4(theirs).in(leaver.id).disconnectSockets(true);
      await eventually(() => !leaver.connected);
    });

    it('events between servers go both ways, with acknowledgements', async () => {
      io4(theirs).on('ping', (x: unknown, answer?: (y: unknown) => void) => answer?.(['their', x]));
      if (generation === 2) {
        adapter2(ours).on('serverSideEmit', (_event, [x], answer) => answer?.(['our', x]));
      } else {
        io4(ours).on('ping', (x: unknown, answer?: (y: unknown) => void) => answer?.(['our', x]));
      }
      for (const value of ['x', Buffer.from('bytes')]) {
        const answers =
          generation === 2
            ? await adapter2(ours).serverSideEmitWithAck('ping', value)
            : await io4(ours).serverSideEmitWithAck('ping', value);
        assert.deepEqual(answers, [['their', value]]);
        assert.deepEqual(await io4(theirs).serverSideEmitWithAck('ping', value), [['our', value]]);
      }
    });

    it('broadcasts with acknowledgements go both ways', async () => {
      our.answer = ([, x]) => ['our', x];
      their.answer = ([, x]) => ['their', x];
      for (const value of ['text', Buffer.from('bytes')]) {
        const answers = [
          await io4(theirs).timeout(1000).emitWithAck('question', value),
          generation === 2
            ? await adapter2(ours).emitWithAck(1000, {}, 'question', value)
            : await io4(ours).timeout(1000).emitWithAck('question', value),
        ];
        for (const answer of answers) {
          const sorted = (answer as [string, unknown][]).sort(([a], [b]) => a.localeCompare(b));
          assert.deepEqual(sorted, [
            ['our', value],
            ['their', value],
          ]);
        }
      }
    });

    it('ours counts nothing as malformed', () => {
      assert.deepEqual(ours.adapter.stats().malformed, { broadcast: 0, request: 0, response: 0 });
    });
  });
}
