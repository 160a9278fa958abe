import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn, patternsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import {
  adapter2,
  adapter4,
  type Client,
  type Generation,
  receivedFrom,
  type ServerNode,
  startServer,
} from '../support/fleet';
import { type ClientPair, clientKinds, shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

type Mode = 'static' | 'dynamic' | 'sharded dynamic';

/** What a socket of either generation can do, with a promise. */
interface Joining {
  join(room: string | string[], done?: (error?: Error | null) => void): Promise<void> | void;
  leave(room: string, done?: () => void): Promise<void> | void;
}

describe('Subscriptions to rooms', () => {
  let redis: RedisServer;
  const nodes: ServerNode[] = [];
  const pairs: ClientPair[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await Promise.all(pairs.splice(0).map((pair) => pair.close()));
  });
  after(() => redis.stop());

  async function start(
    generation: Generation,
    mode: Mode,
    options: object = {},
    library = 'ioredis',
  ): Promise<ServerNode> {
    const kind = [...clientKinds, ...shardedKinds].find((kind) => kind.library === library);
    const pair = await (kind as NonNullable<typeof kind>).create(targetOf(redis));
    pairs.push(pair);
    const { pubClient, subClient } = pair;
    const adapter =
      mode === 'sharded dynamic'
        ? redisAdapter.createShardedAdapter(pubClient, subClient, options)
        : redisAdapter({ pubClient, subClient, subscriptionMode: mode, ...options });
    const node = await startServer(generation, adapter);
    nodes.push(node);
    return node;
  }

  const socketOf = (node: ServerNode, client: Client) => node.socketOf(client) as unknown as Joining;

  function join(node: ServerNode, client: Client, rooms: string | string[]): Promise<void> | void {
    const socket = socketOf(node, client);
    if (node.generation !== 2) return socket.join(rooms);
    return new Promise((resolve, reject) => {
      socket.join(rooms, (error) => (error ? reject(error) : resolve()));
    });
  }

  const roomChannels = async (text: string) => (await channelsOn([redis])).filter((name) => name.includes(text));

  it('are given up as soon when the clock has been set back by an hour', async (t) => {
    const node = await start(4, 'dynamic');
    const client = await node.connect();
    await join(node, client, 'mine');
    socketOf(node, client).leave('mine');
    const now = Date.now.bind(Date);
    t.mock.method(Date, 'now', () => now() - 3_600_000);
    await eventually(async () => assert.deepEqual(await roomChannels('#mine#'), []));
  });

  for (const generation of [2, 4] as const) {
    it(`are those of rooms with members on the node, and no pattern, on Socket.IO ${generation}`, async () => {
      const node = await start(generation, 'dynamic');
      await start(generation, 'dynamic');
      const client = await node.connect();
      await join(node, client, ['mine', 'other']);
      assert.deepEqual((await roomChannels('#mine#')).length, 1);
      assert.equal((await roomChannels(`#${client.id}#`)).length, 1);
      assert.equal(await patternsOn([redis]), 0);
      client.close();
      await eventually(async () => assert.deepEqual(await roomChannels('#mine#'), []));
    });

    for (const mode of ['static', 'dynamic', 'sharded dynamic'] as const) {
      it(`are active once join() says so, on Socket.IO ${generation}, ${mode}`, async () => {
        const [from, to] = [await start(4, mode), await start(generation, mode)];
        const client = await to.connect();
        for (let i = 0; i < 300; i++) {
          await join(to, client, `room ${i}`);
          from.io.to(`room ${i}`).emit('x', i);
        }
        from.io.to('room 299').emit('last');
        const received = await client.until('last');
        assert.deepEqual(new Set(received.map(([, i]) => i)).size, 300);
      });
    }
  }

  for (const mode of ['static', 'dynamic', 'sharded dynamic'] as const) {
    it(`lose nothing of what is sent right after sockets were made to join, 10,000 times, ${mode}`, async () => {
      const fleet = [await start(4, mode), await start(4, mode), await start(2, mode)];
      const clients = await Promise.all(fleet.map((node) => node.connect()));
      const first = fleet[0] as ServerNode;
      for (let i = 0; i < 10_000; i++) {
        const joined = adapter4(first).addSockets({ rooms: new Set(), except: new Set() }, [`room ${i}`]);
        first.io.to(`room ${i}`).emit('x', i);
        // so that the rooms do not all join at once
        if (i % 100 === 99) await joined;
      }
      const received = await receivedFrom(first, clients);
      for (const events of received) assert.equal(new Set(events.map(([, i]) => i)).size, 10_000);
      for (const events of received) assert.equal(events.length, 10_000);
    });
  }

  it('are made after a remoteJoin() in time for what follows it', async () => {
    const [from, to] = [await start(4, 'static'), await start(4, 'dynamic')];
    const client = await to.connect();
    for (let i = 0; i < 500; i++) {
      void from.adapter.remoteJoin(client.id, `room ${i}`);
      from.io.to(`room ${i}`).emit('x', i);
    }
    const [received] = await receivedFrom(from, [client]);
    assert.equal(received?.length, 500);
  });

  for (const library of ['redis', 'redis-4', 'redis-5', 'redis-3', 'ioredis', 'ioredis-4']) {
    it(`of one tick are one command, and end with one, with ${library}`, async () => {
      const node = await start(4, 'dynamic', {}, library);
      const client = await node.connect();
      await join(node, client, 'before');
      const commands = async () => {
        const stats = await redis.command('INFO', 'commandstats');
        return ['subscribe', 'unsubscribe'].map((name) =>
          Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0),
        );
      };
      await redis.command('CONFIG', 'RESETSTAT');
      const rooms = Array.from({ length: 500 }, (_, i) => `room ${i}`);
      await Promise.all(rooms.map((room) => join(node, client, room)));
      assert.deepEqual(await commands(), [1, 0]);
      for (const room of rooms) void socketOf(node, client).leave(room);
      await eventually(async () => assert.deepEqual(await roomChannels('#room '), []));
      assert.deepEqual(await commands(), [1, 1]);
    });
  }

  for (const mode of ['static', 'dynamic'] as const) {
    it(`follow a socket that joins and leaves at once, and joins again, on Socket.IO 2, ${mode}`, async () => {
      const [from, to] = [await start(2, mode), await start(2, mode)];
      const client = await to.connect();
      const socket = to.socketOf(client) as unknown as Joining & { rooms: Record<string, string> };
      const calls: string[] = [];
      const called = (what: string, resolve: () => void) => () => {
        calls.push(what);
        resolve();
      };
      await Promise.all([
        new Promise<void>((resolve) => void socket.join('room', called('joined', resolve))),
        new Promise<void>((resolve) => void socket.leave('room', called('left', resolve))),
      ]);
      assert.deepEqual(calls, ['joined', 'left']);
      assert.deepEqual(Object.keys(socket.rooms), [client.id]);
      await join(to, client, 'room');
      from.io.to('room').emit('x');
      assert.deepEqual(await receivedFrom(from, [client]), [[['x']]]);
    });
  }

  it('let a socket leave a room and join it again while it waits for another one, on Socket.IO 2', async () => {
    const node = await start(2, 'dynamic');
    const client = await node.connect();
    await join(node, client, 'room');
    redis.freeze();
    try {
      void join(node, client, 'other');
      void socketOf(node, client).leave('room');
      await turn();
      void join(node, client, 'room');
    } finally {
      redis.thaw();
    }
    node.io.to('room').emit('x');
    assert.deepEqual(await receivedFrom(node, [client]), [[['x']]]);
  });

  it('stay when the room fills again at once', async () => {
    const node = await start(4, 'dynamic');
    const client = await node.connect();
    await join(node, client, 'kept');
    await redis.command('CONFIG', 'RESETSTAT');
    for (let i = 0; i < 100; i++) {
      void socketOf(node, client).leave('kept');
      await join(node, client, 'kept');
    }
    await join(node, client, 'another');
    assert.match(await redis.command('INFO', 'commandstats'), /cmdstat_subscribe:calls=1,/);
  });

  it('leave nothing behind after 100,000 joins and leaves', async () => {
    const node = await start(4, 'dynamic', { maxSubscriptions: 200_000 });
    const client = await node.connect();
    await join(node, client, 'stays');
    const subscriptions = async () => [(await channelsOn([redis])).sort(), node.adapter.stats().subscriptions];
    const before = await subscriptions();
    for (let round = 0; round < 100; round++) {
      const rooms = Array.from({ length: 1000 }, (_, i) => `many ${round} ${i}`);
      await join(node, client, rooms);
      for (const room of rooms) void socketOf(node, client).leave(room);
    }
    await eventually(async () => assert.deepEqual(await subscriptions(), before));
  });

  const reconnecting = [
    ...(['ioredis', 'redis'] as const).map((library) => ['dynamic', library] as const),
    ...shardedKinds
      .filter(({ topology }) => topology === 'standalone')
      .map(({ library }) => ['sharded dynamic', library] as const),
  ];
  for (const [mode, library] of reconnecting) {
    it(`are all there again after the connection was killed, with 20,000 rooms, ${mode} with ${library}`, async () => {
      const [from, node] = [await start(4, mode, {}, library), await start(4, mode, {}, library)];
      const client = await node.connect();
      const rooms = Array.from({ length: 20_000 }, (_, i) => `room ${i}`);
      await join(node, client, rooms);
      assert.equal((await roomChannels('#room ')).length, 20_000);
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await eventually(async () => assert.equal((await roomChannels('#room ')).length, 20_000), { within: 20_000 });
      for (const room of rooms) from.io.to(room).emit('x');
      from.io.to('room 0').emit('last');
      assert.equal((await client.until('last')).length, 20_000);
    });
  }

  describe('beyond maxSubscriptions', () => {
    it('give way to the pattern, and come back, and no message is lost or sent twice', async () => {
      const [from, node] = [await start(4, 'dynamic'), await start(4, 'dynamic', { maxSubscriptions: 60 })];
      const errors: Error[] = [];
      node.adapter.on('error', (error) => errors.push(error));
      const client = await node.connect();
      await join(node, client, 'always');
      let sent = 0;
      let done = false;
      const sending = (async () => {
        for (; !done; sent++) {
          from.io.to('always').emit('x', sent);
          await new Promise(setImmediate);
        }
      })();
      const rooms = Array.from({ length: 100 }, (_, i) => `room ${i}`);
      await join(node, client, rooms);
      await eventually(async () =>
        assert.deepEqual([await patternsOn([redis]), await roomChannels('#room ')], [1, []]),
      );
      assert.ok(errors[0] instanceof redisAdapter.SubscriptionLimitError);
      assert.deepEqual([errors.length, errors[0].limit, errors[0].fellBack], [1, 60, true]);
      for (const room of rooms) from.io.to(room).emit('y');
      await eventually(() => assert.equal(client.received.filter(([name]) => name === 'y').length, 100));
      for (const room of rooms.slice(10)) void socketOf(node, client).leave(room);
      await eventually(async () =>
        assert.deepEqual([await patternsOn([redis]), (await roomChannels('#room ')).length], [0, 10]),
      );
      done = true;
      await sending;
      const [received = []] = await receivedFrom(from, [client]);
      const numbers = received.filter(([name]) => name === 'x').map(([, i]) => i);
      assert.deepEqual(
        numbers,
        Array.from({ length: sent }, (_, i) => i),
      );
      assert.equal(received.length - numbers.length, 100);
    });

    it('come back also when the rooms have emptied before Redis has answered', async () => {
      const [from, node] = [await start(4, 'dynamic'), await start(4, 'dynamic', { maxSubscriptions: 60 })];
      const told = once(node.adapter, 'error');
      const client = await node.connect();
      await join(node, client, 'before');
      const { subscriptions } = node.adapter.stats();
      const rooms = Array.from({ length: 100 }, (_, i) => `room ${i}`);
      redis.freeze();
      try {
        void join(node, client, rooms);
        for (const room of ['before', ...rooms]) void socketOf(node, client).leave(room);
        await eventually(() => assert.equal(node.adapter.stats().subscriptions, subscriptions - 1));
      } finally {
        redis.thaw();
      }
      await told;
      await eventually(async () => assert.equal(await patternsOn([redis]), 0));
      assert.equal((await roomChannels(`#${client.id}#`)).length, 1);
      from.io.emit('x');
      assert.deepEqual(await receivedFrom(from, [client]), [[['x']]]);
    });
  });

  it('count the servers and the sockets of all modes', async () => {
    const fleet = [await start(2, 'dynamic'), await start(4, 'static'), await start(4, 'dynamic')];
    for (const node of fleet) await node.connect();
    assert.equal(await adapter2(fleet[0] as ServerNode).countSockets(), 3);
    assert.equal(await (fleet[2] as ServerNode).adapter.serverCount(), 3);
  });
});
