import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createClient } from 'redis';
import { Emitter, type EmitterOptions } from '../../src/emitter';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { adapter2, type Client, io4, type ServerNode } from '../support/fleet';

/** Some servers on one Redis, whoever made their adapters. */
export interface EmitterFleet {
  nodes: ServerNode[];
  /** Ends the servers, and their clients. */
  close(): Promise<void>;
}

export interface EmitterSuite {
  name: string;
  options: EmitterOptions;
  start(redis: RedisServer): Promise<EmitterFleet>;
}

const VALUES = [null, 'ü 🎉', 2 ** 40, -0.5, { a: [{}] }, Buffer.from([0, 255]), { at: Buffer.alloc(300, 1) }];

/** Everything that an emitter does, with one kind of fleet. */
export function describeEmitter({ name, options, start }: EmitterSuite): void {
  describe(`An emitter, with ${name}`, () => {
    let redis: RedisServer;
    let user: ReturnType<typeof createClient>;
    let fleet: EmitterFleet;
    let nodes: ServerNode[];
    let clients: Client[];
    let emitter: Emitter;
    let fences = 0;

    before(async () => {
      redis = await startRedis();
      user = createClient({ url: redis.url });
      await user.on('error', () => {}).connect();
      fleet = await start(redis);
      nodes = fleet.nodes;
      emitter = new Emitter(user, { requestsTimeout: 2000, ...options });
      clients = await Promise.all(nodes.map((node) => node.connect()));
      // published nodes do not tell when they hear
      await eventually(async () => assert.equal(await emitter.countSockets(), clients.length));
    });
    after(async () => {
      await emitter.close();
      await fleet.close();
      await user.close();
      await redis.stop();
    });

    const ids = () => clients.map(({ id }) => id).sort();
    const client = (i: number) => clients[i] as Client;

    /** What each client has been sent, once everything is there that the emitter has sent. */
    async function received(of: readonly Client[] = clients, by: Pick<Emitter, 'emit'> = emitter) {
      fences += 1;
      by.emit(`fence ${fences}`);
      return Promise.all(of.map((one) => one.until(`fence ${fences}`)));
    }

    it('emits values to all clients, in order', async () => {
      emitter.emit('values', ...VALUES);
      for (let i = 0; i < 100; i++) emitter.emit('counted', i);
      const expected = [['values', ...VALUES], ...Array.from({ length: 100 }, (_, i) => ['counted', i])];
      for (const events of await received()) assert.deepEqual(events, expected);
    });

    it('emits to rooms, but not to those excepted, and with flags', async () => {
      const [first, second] = [client(0), client(1)];
      emitter.to(first.id).emit('one');
      emitter.in([first.id, second.id]).emit('two');
      emitter.to(first.id).to(second.id).except(second.id).emit('first');
      emitter.except(clients.slice(1).map(({ id }) => id)).emit('but');
      emitter.compress(true).to(second.id).emit('flagged');
      emitter.to('nobody').emit('nobody');
      const [atFirst, atSecond, ...others] = await received();
      assert.deepEqual(atFirst, [['one'], ['two'], ['first'], ['but']]);
      assert.deepEqual(atSecond, [['two'], ['flagged']]);
      for (const events of others) assert.deepEqual(events, []);
    });

    it('emits what may get lost', async () => {
      await received();
      // on its own: a connection that is busy drops what is volatile
      emitter.volatile.emit('volatile');
      await Promise.all(clients.map((one) => one.until('volatile')));
    });

    it('gives a new operator for each narrowing, and leaves the old one as it was', async () => {
      const toFirst = emitter.to(client(0).id);
      toFirst.to(client(1).id).except(client(0).id).emit('second');
      toFirst.emit('first');
      assert.deepEqual((await received()).slice(0, 2), [[['first']], [['second']]]);
    });

    it('emits to another namespace', async () => {
      for (const node of nodes) node.io.of('/chat');
      const there = await Promise.all(nodes.map((node) => node.connect('/chat')));
      const chat = emitter.of('chat');
      assert.equal(chat.nsp, '/chat');
      await eventually(async () => assert.equal(await chat.countSockets(), nodes.length));
      chat.emit('hello');
      for (const events of await received(there, chat)) assert.deepEqual(events, [['hello']]);
      for (const events of await received()) assert.deepEqual(events, []);
      for (const one of there) one.close();
    });

    it('makes sockets join, and what it sends to the room right after that reaches them', async () => {
      for (let i = 0; i < 20; i++) {
        emitter.in(ids()).socketsJoin([`joined ${i}`, 'joined']);
        emitter.to(`joined ${i}`).emit('welcome', i);
      }
      emitter.except(client(0).id).socketsLeave('joined');
      const welcomes = Array.from({ length: 20 }, (_, i) => ['welcome', i]);
      for (const events of await received()) assert.deepEqual(events, welcomes);
      await eventually(async () => assert.equal(await emitter.in('joined').countSockets(), 1));
      emitter.to('joined').emit('stayed');
      const [atFirst, ...others] = await received();
      assert.deepEqual(atFirst, [['stayed']]);
      for (const events of others) assert.deepEqual(events, []);
    });

    it('disconnects sockets', async () => {
      const leavers = await Promise.all(nodes.map((node) => node.connect()));
      emitter.in(leavers.map(({ id }) => id)).disconnectSockets(true);
      await eventually(() => leavers.every(({ connected }) => !connected));
      assert.ok(clients.every(({ connected }) => connected));
    });

    it('finds and counts sockets', async () => {
      const sockets = await emitter.fetchSockets();
      assert.deepEqual(sockets.map(({ id }) => id).sort(), ids());
      for (const { id, rooms, handshake } of sockets) {
        assert.deepEqual(rooms.includes(id), true);
        assert.equal(typeof handshake, 'object');
      }
      assert.equal(await emitter.countSockets(), clients.length);
      assert.equal(await emitter.in([client(0).id, client(1).id, 'nobody']).countSockets(), 2);
      assert.equal(await emitter.except(client(0).id).countSockets(), clients.length - 1);
      const [found, ...others] = await emitter.in(client(1).id).fetchSockets();
      assert.equal(found?.id, client(1).id);
      assert.deepEqual(others, []);
      assert.deepEqual(await emitter.of('/nowhere').fetchSockets(), []);
      assert.equal(await emitter.of('/nowhere').countSockets(), 0);
    });

    it('waits for the acknowledgement of every client', async () => {
      clients.forEach((one, i) => {
        one.answer = ([, value]) => [i, value];
      });
      for (const value of ['text', Buffer.from('bytes')]) {
        const answers = await emitter.timeout(2000).emitWithAck('question', value);
        assert.deepEqual(sorted(answers), sorted(clients.map((_, i) => [i, value])));
      }
      assert.deepEqual(await emitter.to(client(1).id).emitWithAck('question', 'x'), [[1, 'x']]);
      assert.deepEqual(await emitter.to('nobody').emitWithAck('question'), []);
      assert.deepEqual(await emitter.of('/nowhere').emitWithAck('question'), []);
      const called = await new Promise((resolve) => {
        const callback = (...args: unknown[]) => resolve(args);
        assert.equal(emitter.to(client(0).id).timeout(2000).emit('question', 'x', callback), true);
      });
      assert.deepEqual(called, [null, [[0, 'x']]]);
      await received();
    });

    it('gives what was acknowledged in time', async () => {
      for (const one of clients) one.answer = () => 'here';
      client(0).answer = undefined;
      const others = clients.slice(1).map(() => 'here');
      await assert.rejects(emitter.timeout(300).emitWithAck('question'), {
        code: 'ERR_SOCKET_IO_REDIS_TIMEOUT',
        partial: others,
        expected: nodes.length,
      });
      const [error, answers] = await new Promise<unknown[]>((resolve) => {
        emitter.timeout(300).emit('question', (...args: unknown[]) => resolve(args));
      });
      assert.equal((error as { code: string }).code, 'ERR_SOCKET_IO_REDIS_TIMEOUT');
      assert.deepEqual(answers, others);
      await received();
    });

    it('emits to the servers, and waits for the acknowledgement of each', async () => {
      const told: unknown[] = [];
      nodes.forEach((node, i) => {
        onServerSide(node, 'told', (value) => told.push([i, value]));
        onServerSide(node, 'asked', (value, answer) => answer?.([i, String(value)]));
      });
      assert.equal(emitter.serverSideEmit('told', 'x'), true);
      for (const value of ['y', Buffer.from('bytes')]) {
        const answers = await emitter.serverSideEmitWithAck('asked', value);
        assert.deepEqual(sorted(answers), sorted(nodes.map((_, i) => [i, String(value)])));
      }
      assert.deepEqual(sorted(told), sorted(nodes.map((_, i) => [i, 'x'])));
      const called = await new Promise<unknown[]>((resolve) => {
        emitter.serverSideEmit('asked', 'z', (...args: unknown[]) => resolve(args));
      });
      assert.equal(called[0], null);
      assert.equal((called[1] as unknown[]).length, nodes.length);
    });

    it('is no node: nobody counts it, or waits for it', async () => {
      // it hears answers now, in each namespace that it has asked
      await emitter.fetchSockets();
      for (const node of nodes) {
        assert.equal(await node.adapter.serverCount(), nodes.length);
        const answers = await askOthers(node, 'asked', 'x');
        assert.equal(answers.length, nodes.length - 1);
      }
      for (const { adapter } of nodes) {
        const rooms = await adapter.allRooms?.();
        if (rooms) assert.deepEqual(new Set([...rooms].filter((room) => ids().includes(room))), new Set(ids()));
      }
    });
  });
}

function onServerSide(node: ServerNode, event: string, listener: ServerSideListener): void {
  if (node.generation !== 2) io4(node).on(event, listener);
  else adapter2(node).on('serverSideEmit', (name, [value], answer) => name === event && listener(value, answer));
}

type ServerSideListener = (value: unknown, answer?: (answer: unknown) => void) => void;

function askOthers(node: ServerNode, event: string, value: unknown): Promise<unknown[]> {
  if (node.generation === 2) return adapter2(node).serverSideEmitWithAck(event, value);
  return io4(node).serverSideEmitWithAck(event, value);
}

function sorted(values: readonly unknown[]): unknown[] {
  return [...values].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}
