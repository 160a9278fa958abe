import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createClient } from 'redis';
import type { RemoteSocket } from 'socket.io';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn, patternsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { adapter4, type Client, io4, receivedFrom, type ServerNode, startServer } from '../support/fleet';
import { startServers } from '../support/fleet-of';

type Client6 = ReturnType<typeof createClient>;

describe('On Socket.IO 4', () => {
  let redis: RedisServer;
  let nodes: ServerNode[];
  let clients: Client[];
  let first: ServerNode;
  let third: ServerNode;

  before(async () => {
    redis = await startRedis();
    nodes = await startServers(4, 3, redis, { requestsTimeout: 500 });
    [first, , third] = nodes as [ServerNode, ServerNode, ServerNode];
    clients = await Promise.all(nodes.map((node) => node.connect()));
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await redis.stop();
  });
  beforeEach(() => {
    for (const client of clients) {
      client.answer = undefined;
      client.received.splice(0);
    }
  });

  const clientOf = (index: number) => clients[index] as Client;
  const ids = () => clients.map(({ id }) => id).sort();

  describe('emitWithAck()', () => {
    it('gives the answers of the clients of all nodes, binary ones too', async () => {
      clients.forEach((client, i) => {
        client.answer = ([, question]) => [question, i, Buffer.from([i])];
      });
      const answers: unknown[] = await io4(first).timeout(2000).emitWithAck('question', 'x');
      assert.deepEqual(new Set(answers), new Set([0, 1, 2].map((i) => ['x', i, Buffer.from([i])])));
    });

    it('carries binary data to the clients', async () => {
      for (const client of clients) client.answer = ([, data]) => (data as Buffer).length;
      assert.deepEqual(await io4(first).timeout(2000).emitWithAck('question', Buffer.from('four')), [4, 4, 4]);
    });

    it('gives nothing when there is no client', async () => {
      assert.deepEqual(await io4(first).to('nobody').timeout(2000).emitWithAck('question'), []);
    });

    it('keeps to rooms and exceptions', async () => {
      clients.forEach((client, i) => {
        client.answer = () => i;
      });
      const operator = io4(first).except(clientOf(1).id).timeout(2000);
      assert.deepEqual((await operator.emitWithAck('question')).sort(), [0, 2]);
      assert.deepEqual(await io4(first).to(clientOf(2).id).timeout(2000).emitWithAck('question'), [2]);
    });

    it('gives an error and what came when some never answer', async () => {
      clientOf(2).answer = () => 'third';
      const error = await io4(first)
        .timeout(300)
        .emitWithAck('question')
        .catch((reason: unknown) => reason as Error & { responses: unknown[] });
      assert.match(String(error), /timed out/);
      assert.deepEqual((error as { responses: unknown[] }).responses, ['third']);
    });

    it('works on what fetchSockets() gives', async () => {
      clientOf(2).answer = ([, x]) => `hello ${x}`;
      const [remote] = await io4(first).in(clientOf(2).id).fetchSockets();
      assert.equal(await remote?.timeout(2000).emitWithAck('question', 'you'), 'hello you');
    });
  });

  describe('fetchSockets()', () => {
    it('gives the sockets of all nodes, with handshake, rooms and data', async () => {
      const socket = third.socketOf(clientOf(2)) as unknown as { data: object; handshake: object };
      Object.assign(socket.data, { name: 'third' });
      Object.assign(socket.handshake, { sessionStore: { circular: socket } });
      await first.adapter.remoteJoin(clientOf(2).id, 'room');
      const sockets = await io4(first).fetchSockets();
      assert.deepEqual(sockets.map(({ id }) => id).sort(), ids());
      const remote = sockets.find(({ id }) => id === clientOf(2).id) as RemoteSocket<never, unknown>;
      assert.deepEqual(remote.rooms, new Set([clientOf(2).id, 'room']));
      assert.deepEqual(remote.data, { name: 'third' });
      assert.equal(remote.handshake.query.EIO, '4');
      assert.ok(!('sessionStore' in remote.handshake));
      assert.deepEqual(
        (await io4(first).in('room').fetchSockets()).map(({ id }) => id),
        [clientOf(2).id],
      );
      assert.equal((await io4(first).local.fetchSockets()).length, 1);
    });

    it('fails, and names the socket, when its data is circular', async () => {
      const { data } = third.socketOf(clientOf(2)) as unknown as { data: Record<string, unknown> };
      data.self = data;
      const told: unknown[] = [];
      const onError = (error: Error) => told.push(error);
      third.adapter.on('error', onError);
      await assert.rejects(io4(first).fetchSockets(), {
        code: 'ERR_SOCKET_IO_REDIS_REMOTE',
        message: new RegExp(clientOf(2).id),
      });
      third.adapter.off('error', onError);
      delete data.self;
      assert.equal(told.length, 1);
      assert.equal((await io4(first).fetchSockets()).length, 3);
    });

    it('waits as long as timeout() says', async () => {
      const node = await startServer(
        4,
        redisAdapter({ port: redis.port, key: 'silent', requestsTimeout: 2 ** 31 - 1 }),
      );
      const mute = createClient({ url: redis.url });
      await mute.on('error', () => {}).connect();
      try {
        const client = await node.connect();
        // listens as a server with 8.x would, and answers nothing
        const channels = ['silent-request#/#', 'silent-response#/#', 'silent-response#/#abcdef#'];
        await mute.subscribe(channels, () => {});
        const error = await io4(node)
          .timeout(50)
          .fetchSockets()
          .catch((reason: unknown) => reason);
        assert.ok(error instanceof redisAdapter.RequestTimeoutError);
        assert.deepEqual([error.received, error.expected, error.partial], [0, 1, []]);
        assert.equal((await io4(node).local.timeout(50).fetchSockets())[0]?.id, client.id);
        await assert.rejects(io4(node).timeout(-1).fetchSockets(), { code: 'ERR_SOCKET_IO_REDIS_OPTION' });
        await mute.unsubscribe();
        assert.equal((await io4(node).timeout(0).fetchSockets()).length, 1);
      } finally {
        await mute.close();
        await node.close();
      }
    });
  });

  it('socketsJoin(), socketsLeave() and disconnectSockets() reach all nodes', async () => {
    const { adapter } = first;
    await adapter4(first).addSockets({ rooms: new Set(), except: new Set([clientOf(0).id]) }, ['x', 'y']);
    assert.deepEqual(
      (await adapter.clients(['x'])).sort(),
      ids().filter((id) => id !== clientOf(0).id),
    );
    io4(first).in('x').socketsLeave('y');
    await eventually(async () => assert.deepEqual(await adapter.clients(['y']), []));
    await adapter4(third).delSockets({ rooms: new Set(['x']), except: new Set() }, ['x']);
    assert.deepEqual(await adapter.clients(['x']), []);
    const leaver = await third.connect();
    io4(first).in(leaver.id).disconnectSockets(true);
    await eventually(() => !leaver.connected);
  });

  it('allSockets() and serverCount() are about the whole cluster', async () => {
    assert.deepEqual([...(await io4(first).allSockets())].sort(), ids());
    assert.deepEqual([...(await adapter4(first).sockets(new Set([clientOf(1).id])))], [clientOf(1).id]);
    assert.equal(await adapter4(first).serverCount(), 3);
    assert.ok((await adapter4(first).allRooms()) instanceof Set);
    const byCallback = await new Promise((resolve) => adapter4(first).allRooms((_error, rooms) => resolve(rooms)));
    assert.ok(Array.isArray(byCallback));
  });

  describe('serverSideEmit()', () => {
    it('reaches the other servers, and not this one', async () => {
      const heard: unknown[] = [];
      for (const [i, node] of nodes.entries()) io4(node).on('told', (...args: unknown[]) => heard.push([i, ...args]));
      io4(first).serverSideEmit('told', 'x', { y: 1 });
      await eventually(() => heard.length === 2);
      assert.deepEqual(
        heard.sort(),
        [1, 2].map((i) => [i, 'x', { y: 1 }]),
      );
    });

    it('carries binary data', async () => {
      const heard = new Promise((resolve) => io4(third).once('bytes', resolve));
      io4(first).serverSideEmit('bytes', Buffer.from('x'));
      assert.deepEqual(await heard, Buffer.from('x'));
    });

    it('gives the answers, and with an error what came in time', async () => {
      for (const [i, node] of nodes.entries()) {
        io4(node).on('asked', (x: string, answer: (y: unknown) => void) => answer(x + i));
      }
      assert.deepEqual((await io4(first).serverSideEmitWithAck('asked', 'node ')).sort(), ['node 1', 'node 2']);
      io4(third).on('half', (answer: (y: unknown) => void) => answer('third'));
      const error = await io4(first)
        .serverSideEmitWithAck('half')
        .catch((reason: unknown) => reason);
      const { code, responses } = error as { code: string; responses: unknown[] };
      assert.deepEqual([code, responses], ['ERR_SOCKET_IO_REDIS_TIMEOUT', ['third']]);
    });

    it('throws for what cannot be sent, with its place', () => {
      assert.throws(() => io4(first).serverSideEmit('told', { deep: 1n }), { path: 'data[1].deep' });
      assert.throws(
        () =>
          io4(first)
            .timeout(10)
            .emit('asked', { deep: 1n }, () => {}),
        { path: 'data[1].deep' },
      );
    });
  });

  it('every kind of binary data arrives with all of its bytes', async () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    const { buffer } = bytes;
    const floats = [new Float32Array(buffer), new Float64Array(buffer)];
    const integers = [new Int16Array(buffer), new Uint32Array(buffer), new BigInt64Array(buffer)];
    const sent = [
      ...floats,
      ...integers,
      new Uint8ClampedArray(buffer),
      new DataView(buffer),
      buffer,
      Buffer.from(bytes),
    ];
    first.io.emit('binary', ...sent);
    const [, received] = await receivedFrom(first, clients);
    assert.deepEqual(received, [['binary', ...sent.map(() => Buffer.from(bytes))]]);
  });

  it('a room may be a number', async () => {
    const socket = third.socketOf(clientOf(2)) as unknown as { join(room: number): void; leave(room: number): void };
    socket.join(7);
    first.io.to(7).emit('x');
    first.io.to(7).to(8).emit('y');
    assert.deepEqual((await receivedFrom(first, clients))[2], [['x'], ['y']]);
    socket.leave(7);
  });

  it('local broadcasts are acknowledged by local clients alone', async () => {
    const [here, there] = await Promise.all([first.connect(), third.connect()]);
    for (const client of [here, there]) client.answer = () => client.id;
    const answers = await io4(first).local.to([here.id, there.id]).timeout(5000).emitWithAck('question');
    assert.deepEqual(answers, [here.id]);
    for (const client of [here, there]) client.close();
  });

  it('a disconnect listener that throws keeps no other socket connected, and is told of', async () => {
    const leavers = await Promise.all([first.connect(), first.connect(), third.connect()]);
    const told = once(adapter4(first), 'error');
    const [careless] = leavers;
    io4(first)
      .sockets.sockets.get(careless?.id as string)
      ?.on('disconnect', () => {
        throw new Error('a mistake');
      });
    io4(first)
      .in(leavers.map(({ id }) => id))
      .disconnectSockets(true);
    await eventually(() => leavers.every(({ connected }) => !connected));
    assert.deepEqual(
      (await told).map(({ message }) => message),
      ['a mistake'],
    );
  });

  it('a listener to those who join or leave that throws keeps no other socket from it, and is told of', async () => {
    const sockets = await Promise.all([first.connect(), first.connect(), third.connect()]);
    const ids = sockets.map(({ id }) => id);
    const told: string[] = [];
    const note = ({ message }: Error) => told.push(message);
    const fail = (room: string, id: string) => {
      if (room === 'careless' && id === sockets[0]?.id) throw new Error('a mistake');
    };
    first.adapter.on('error', note).on('join-room', fail).on('leave-room', fail);
    io4(first).in(ids).socketsJoin('careless');
    await eventually(async () => assert.equal(await first.adapter.countSockets({ rooms: ['careless'] }), 3));
    io4(first).in(ids).socketsLeave('careless');
    await eventually(async () => assert.equal(await first.adapter.countSockets({ rooms: ['careless'] }), 0));
    first.adapter.off('error', note).off('join-room', fail).off('leave-room', fail);
    assert.deepEqual(told, ['a mistake', 'a mistake']);
    for (const socket of sockets) socket.close();
  });

  it('except() keeps rooms out, and local broadcasts stay', async () => {
    await first.adapter.remoteJoin(clientOf(2).id, 'out');
    io4(first).except('out').emit('x');
    io4(third).local.emit('y');
    const received = await receivedFrom(first, clients);
    assert.deepEqual(received.slice(0, 2), [[['x']], [['x']]]);
    assert.ok(!received[2]?.some(([name]) => name === 'x'));
  });

  it('takes clients in every form that published releases had', async () => {
    const make = () => createClient({ url: redis.url });
    const clients = await Promise.all(Array.from({ length: 4 }, () => make().connect()));
    const [pub, sub, both, single] = clients as [Client6, Client6, Client6, Client6];
    const key = 'forms';
    const forms = [
      redisAdapter.createAdapter(pub, sub, { key }),
      redisAdapter.createAdapter({ pubClient: pub, subClient: sub, key }),
      redisAdapter.createAdapter(single, undefined, { key }),
      redisAdapter.createAdapter(`redis://localhost:${redis.port}`, { key }),
      redisAdapter(redis.port, { key }),
      redisAdapter({ host: redis.host, port: redis.port, key }),
      redisAdapter({ subClient: both, key }),
    ];
    const fleet = await Promise.all(forms.map((form) => startServer(4, form)));
    await Promise.all(fleet.map((node) => node.connect()));
    for (const node of fleet) assert.equal((await node.adapter.clients()).length, forms.length);
    await Promise.all(fleet.map((node) => node.close()));
    assert.ok(
      clients.every((client) => client.isReady),
      'the clients of the user stay open',
    );
    await Promise.all(clients.map((client) => client.close()));
  });

  it('a parser of the user writes and reads the broadcasts', async () => {
    const parser = {
      encode: (value: unknown) => Buffer.from(JSON.stringify(value)),
      decode: (payload: Buffer) => JSON.parse(payload.toString()),
    };
    const pair = await startServers(4, 2, redis, { key: 'parser', parser });
    const [sender, receiver] = pair as [ServerNode, ServerNode];
    const client = await receiver.connect();
    sender.io.emit('x', 1);
    assert.deepEqual(await receivedFrom(sender, [client]), [[['x', 1]]]);
    await Promise.all(pair.map((node) => node.close()));
  });

  it('namespaces that come and go leave nothing behind', async () => {
    const factory = redisAdapter({ host: redis.host, port: redis.port, key: 'dynamic' });
    const node = await startServer(4, factory, { cleanupEmptyChildNamespaces: true });
    io4(node).of(/^\/dynamic-\d+$/);
    const before = await channelsOn([redis]);
    for (let i = 0; i < 20; i++) (await node.connect(`/dynamic-${i}`)).close();
    await eventually(async () => assert.deepEqual((await channelsOn([redis])).sort(), before.sort()));
    await node.close();
    await eventually(async () => {
      assert.ok(!(await channelsOn([redis])).some((channel) => channel.startsWith('dynamic')));
      // that of the key `socket.io`
      assert.equal(await patternsOn([redis]), 1);
    });
  });

  it('io.close() settles what is pending', async () => {
    const [node] = (await startServers(4, 1, redis)) as [ServerNode];
    nodes.slice(0, 1).forEach(({ adapter }) => {
      adapter.customHook = () => {};
    });
    const pending = assert.rejects(node.adapter.customRequest('x'), redisAdapter.AdapterClosedError);
    await io4(node).close();
    await pending;
    first.adapter.customHook = (_data, answer) => answer(null);
  });
});
