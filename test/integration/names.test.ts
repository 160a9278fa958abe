import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { patternsOn } from '../support/channels';
import { io2, receivedFrom, type ServerNode } from '../support/fleet';
import { startServers } from '../support/fleet-of';

const ROOMS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '#',
  'a#b',
  '#/chat#',
  '*',
  'a*',
  '[',
  '[a-z]',
  '?',
];
const MORE_ROOMS = [' ', 'ünï çødé', '日本', '', '0', '42', '\\', '{slot}', 'x'.repeat(5000)];

/** Each of them, read as a pattern or as a prefix, would match some other one. */
const NAMESPACES = [
  '/',
  '/#',
  '/a',
  '/a#',
  '/a#b',
  '/a[bc]',
  '/ab',
  '/ac',
  '/*',
  '/?',
  '/a*',
  '/\\',
  '/\\*',
  '/[',
  '/ü',
];

describe('Names', () => {
  let redis: RedisServer;
  let nodes: [ServerNode, ServerNode];

  before(async () => {
    redis = await startRedis();
    nodes = (await startServers(2, 2, redis)) as [ServerNode, ServerNode];
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await redis.stop();
  });

  for (const room of [...ROOMS, ...MORE_ROOMS]) {
    it(`a room may be called ${JSON.stringify(room.slice(0, 20))}`, async () => {
      const [here, there] = nodes;
      const [member, other] = await Promise.all([there.connect(), there.connect()]);
      await here.adapter.remoteJoin(member.id, room);
      assert.deepEqual(await here.adapter.clients([room]), [member.id]);
      assert.ok([...(await here.adapter.allRooms())].includes(room));
      assert.deepEqual((await here.adapter.clientRooms(member.id)).sort(), [member.id, room].sort());

      here.io.to(room).emit('x', room);
      assert.deepEqual(await receivedFrom(here, [member, other]), [[['x', room]], []]);
      here.io.to(room).to('nobody').emit('x', room);
      assert.deepEqual(await receivedFrom(here, [member, other]), [[['x', room]], []]);

      await here.adapter.remoteLeave(member.id, room);
      assert.deepEqual(await here.adapter.clients([room]), []);
      member.close();
      other.close();
    });
  }

  it('a room may be a number', async () => {
    const [here, there] = nodes;
    const member = await there.connect();
    await here.adapter.remoteJoin(member.id, '7');
    here.io.to(7).emit('x');
    here.io.to(7).to(8).emit('y');
    assert.deepEqual(await receivedFrom(here, [member]), [[['x'], ['y']]]);
    member.close();
  });

  it('a namespace may have any name, and hears all that is for it, once, and nothing else', async () => {
    const [here, there] = nodes;
    await Promise.all(nodes.flatMap((node) => NAMESPACES.map((nsp) => node.adapterOf(nsp).ready)));
    // clients of Socket.IO 2 reach these names only percent-encoded, so the adapters are watched instead
    const delivered = NAMESPACES.map((nsp) => watch(there, nsp));
    for (const nsp of NAMESPACES) {
      here.io.of(nsp).emit('all', nsp);
      here.io.of(nsp).to('b#').emit('room', nsp);
    }
    await Promise.all(NAMESPACES.map((nsp) => here.adapterOf(nsp).clients()));
    const expected = NAMESPACES.map((nsp) => [
      ['all', nsp],
      ['room', nsp],
    ]);
    assert.deepEqual(delivered, expected);
  });

  for (const subscriptionMode of ['static', 'dynamic'] as const) {
    it(`one server takes 10,000 namespaces with the same listeners and patterns, and none stays behind, ${subscriptionMode}`, async (t) => {
      const [node] = (await startServers(4, 1, redis, { subscriptionMode })) as [ServerNode];
      t.after(() => node.close());
      const warnings: Error[] = [];
      const onWarning = (warning: Error) => {
        // where the event loop was blocked for seconds, redis 6 may have given up a message
        if (warning.name === 'MaxListenersExceededWarning') warnings.push(warning);
      };
      process.on('warning', onWarning);
      t.after(() => process.off('warning', onWarning));
      const { subClient } = node.adapter as unknown as { subClient: import('node:events').EventEmitter };
      const held = async () => ({
        listeners: subClient.eventNames().map((event) => subClient.listenerCount(event)),
        patterns: await patternsOn([redis]),
        subscriptions: node.adapter.stats().subscriptions,
      });
      const before = await held();
      const adapters = Array.from({ length: 10_000 }, (_, i) => node.adapterOf(`/many-${i}`));
      await Promise.all(adapters.map(({ ready }) => ready));
      const many = await held();
      assert.deepEqual([many.listeners, many.patterns], [before.listeners, before.patterns]);
      await Promise.all(adapters.map((adapter) => adapter.close()));
      assert.deepEqual(await held(), before);
      assert.deepEqual(warnings, []);
    });
  }
});

/** Puts a member into the room `b#`, and keeps what the namespace's sockets would be sent. */
function watch(node: ServerNode, nsp: string): unknown[] {
  const delivered: unknown[] = [];
  const namespace = io2(node).of(nsp);
  namespace.connected.watcher = Object.assign(Object.create(null), {
    id: 'watcher',
    packet: ([encoded]: string[]) => delivered.push(JSON.parse(String(encoded).replace(/^\d+(\/[^,]*,)?/, ''))),
  });
  const adapter = node.adapterOf(nsp) as unknown as { addAll(sid: string, rooms: string[]): void };
  adapter.addAll('watcher', ['watcher', 'b#']);
  return delivered;
}
