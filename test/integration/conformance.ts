import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import { eventually } from '../support/eventually';
import { type Client, type Generation, receivedFrom, type ServerNode, startServer } from '../support/fleet';
import { type ClientKind, type ClientPair, clientKinds, shardedKinds, type Topology } from '../support/redis-clients';
import type { Target } from '../support/redis-target';

/** The generations of the servers of one fleet. */
type Fleet = readonly [Generation, Generation, Generation];

/** Which adapters the servers of a fleet use. */
interface Flavour {
  name: string;
  fleets: readonly Fleet[];
  /** @param index - of the server in its fleet */
  create(clients: ClientPair, key: string, index: number): unknown;
  kinds: readonly ClientKind[];
}

interface Cell {
  flavour: Flavour;
  fleet: Fleet;
  kind: ClientKind;
  /** Called once the tests run. */
  target(): Target;
  /** The channels with subscribers, on all nodes of Redis. */
  channels(): Promise<string[]>;
}

const MIXED_FLEETS: readonly Fleet[] = [
  [2, 4, 2],
  [4, 2, 4],
];
/** What runs over each topology: one generation alone, and both in one fleet. */
const FLEETS: readonly Fleet[] = [[2, 2, 2], [4, 4, 4], ...MIXED_FLEETS];

type ClassicMode = 'static' | 'dynamic';

export function classic(
  name: string,
  fleets: readonly Fleet[],
  modes: readonly [ClassicMode, ...ClassicMode[]],
): Flavour {
  return {
    name,
    fleets,
    kinds: clientKinds,
    create: ({ pubClient, subClient }, key, index) =>
      redisAdapter({ pubClient, subClient, key, subscriptionMode: modes[index % modes.length] ?? modes[0] }),
  };
}

export const CLASSIC: readonly Flavour[] = [
  classic('', FLEETS, ['static']),
  classic(', dynamic', MIXED_FLEETS, ['dynamic']),
  classic(', static and dynamic', [[4, 2, 4]], ['static', 'dynamic']),
];

function sharded(fleet: Fleet, subscriptionMode: 'static' | 'dynamic' | 'dynamic-private'): Flavour {
  return {
    name: `, sharded ${subscriptionMode}`,
    fleets: [fleet],
    kinds: shardedKinds,
    create: ({ pubClient, subClient }, channelPrefix) =>
      redisAdapter.createShardedAdapter(pubClient, subClient, { channelPrefix, subscriptionMode }),
  };
}

/** On a Cluster, only what goes to one channel keeps its order. */
export const SHARDED_STATIC = sharded([4, 2, 4], 'static');
export const SHARDED: readonly Flavour[] = [
  SHARDED_STATIC,
  sharded([4, 4, 4], 'dynamic'),
  sharded([2, 4, 2], 'dynamic'),
  sharded([4, 2, 4], 'dynamic-private'),
];

/** `CELL` picks the cells whose names hold its text: `CELL='Socket.IO 2, 4, 2 with ioredis 6' npm test -- conformance`. */
const PICKED = process.env.CELL ?? '';

/** Every cell of a topology. */
export function describeTopology(
  topology: Topology,
  flavours: readonly Flavour[],
  redis: Pick<Cell, 'target' | 'channels'>,
): void {
  for (const flavour of flavours) {
    const kinds = flavour.kinds.filter((kind) => kind.topology === topology);
    for (const fleet of flavour.fleets)
      for (const kind of kinds) describeConformance({ flavour, fleet, kind, ...redis });
  }
}

/** What both generations offer, over three servers with Redis clients of one kind. */
function describeConformance({ flavour, fleet, kind, target, channels }: Cell): void {
  const cell = `Socket.IO ${fleet.join(', ')} with ${kind.name}${flavour.name}`;
  if (!cell.includes(PICKED)) return;
  describe(cell, () => {
    const pairs: ClientPair[] = [];
    const nodes: ServerNode[] = [];
    const clients: Client[] = [];
    let first: ServerNode;
    let second: ServerNode;
    const key = `conformance ${cell}`;

    before(async () => {
      for (const generation of fleet) {
        const pair = await kind.create(target());
        pairs.push(pair);
        nodes.push(await startServer(generation, flavour.create(pair, key, nodes.length)));
      }
      [first, second] = nodes as [ServerNode, ServerNode];
      for (const node of nodes) clients.push(await node.connect());
    });

    after(async () => {
      await Promise.all(nodes.map((node) => node.close()));
      await Promise.all(pairs.map((pair) => pair.close()));
    });

    const ids = () => clients.map(({ id }) => id).sort();
    const clientOf = (index: number) => clients[index] as Client;

    /** Who is sent an event that the first node sends, by the index of its node. */
    async function reached(send: () => unknown): Promise<number[]> {
      send();
      const received = await receivedFrom(first, clients);
      return received.flatMap((events, index) => events.map(() => index));
    }

    it('sends io.emit() to every client once', async () => {
      assert.deepEqual(await reached(() => first.io.emit('x', 1)), [0, 1, 2]);
    });

    it('sends to the members of one room, and of several, once each', async () => {
      await first.adapter.remoteJoin(clientOf(1).id, 'a');
      await first.adapter.remoteJoin(clientOf(1).id, 'b');
      await first.adapter.remoteJoin(clientOf(2).id, 'b');
      assert.deepEqual(await reached(() => first.io.to('a').emit('x')), [1]);
      assert.deepEqual(await reached(() => first.io.to('a').to('b').emit('x')), [1, 2]);
      assert.deepEqual(await reached(() => first.io.to('nobody').emit('x')), []);
      assert.deepEqual(await reached(() => first.io.to(clientOf(2).id).emit('x')), [2]);
    });

    it('leaves the sender out of socket.broadcast and socket.to()', async () => {
      const socket = first.socketOf(clientOf(0));
      await first.adapter.remoteJoin(clientOf(0).id, 'c');
      await first.adapter.remoteJoin(clientOf(2).id, 'c');
      assert.deepEqual(await reached(() => socket.broadcast.emit('x')), [1, 2]);
      assert.deepEqual(await reached(() => socket.to('c').emit('x')), [2]);
    });

    it('keeps local broadcasts on the node', async () => {
      assert.deepEqual(await reached(() => first.io.local.emit('x')), [0]);
    });

    it('sends volatile and compressed events', async () => {
      assert.deepEqual(await reached(() => first.io.volatile.emit('x')), [0, 1, 2]);
      assert.deepEqual(await reached(() => first.io.to('b').compress(true).emit('x')), [1, 2]);
    });

    it('carries every value with its meaning, binary included', async () => {
      const values = [null, 1.5, -7, 2 ** 40, 'ü', { nested: [{ deep: true }] }, new Date(5), Buffer.from([0, 255])];
      first.io.emit('values', ...values);
      const [local, remote] = await receivedFrom(first, clients.slice(0, 2));
      assert.deepEqual(local, [['values', ...values.with(6, new Date(5).toISOString())]]);
      assert.deepEqual(remote, local);
    });

    it('keeps namespaces apart', async () => {
      const nsps = ['/', '/chat', '/chat2'];
      await Promise.all(nodes.flatMap((node) => nsps.map((nsp) => node.adapterOf(nsp).ready)));
      const members = await Promise.all(nsps.map((nsp) => second.connect(nsp)));
      first.io.of('/chat').emit('x', 'for chat');
      const received = await receivedFrom(first, members);
      assert.deepEqual(received, [[], [['x', 'for chat']], []]);
      for (const member of members) member.close();
      await eventually(async () => assert.deepEqual((await first.adapter.clients()).sort(), ids()));
    });

    it('keeps the order in which a node sends', async () => {
      const sent = Array.from({ length: 600 }, (_, i) => i);
      for (const i of sent)
        (i % 3 === 0 ? first.io : i % 3 === 1 ? first.io.to('b') : first.io.to('b').to('a')).emit('x', i);
      const [received] = await receivedFrom(first, [clientOf(1)]);
      assert.deepEqual(
        received?.map(([, i]) => i),
        sent,
      );
    });

    it('lists the clients of all nodes, and those in rooms', async () => {
      assert.deepEqual((await first.adapter.clients()).sort(), ids());
      assert.deepEqual((await first.adapter.clients(['a', 'c'])).sort(), ids());
      assert.deepEqual(await first.adapter.clients(['a']), [clientOf(1).id]);
      const byCallback = await new Promise((resolve, reject) => {
        first.adapter.clients(['a'], (error, found) => (error ? reject(error) : resolve(found)));
      });
      assert.deepEqual(byCallback, [clientOf(1).id]);
    });

    it('lists the rooms of a client, and all rooms', async () => {
      assert.deepEqual((await first.adapter.clientRooms(clientOf(1).id)).sort(), [clientOf(1).id, 'a', 'b'].sort());
      assert.deepEqual([...(await second.adapter.allRooms())].sort(), [...ids(), 'a', 'b', 'c'].sort());
    });

    it('makes a client of another node join and leave', async () => {
      await second.adapter.remoteJoin(clientOf(0).id, 'd');
      assert.deepEqual(await first.adapter.clients(['d']), [clientOf(0).id]);
      await second.adapter.remoteLeave(clientOf(0).id, 'd');
      assert.deepEqual(await first.adapter.clients(['d']), []);
    });

    it('makes a client join and leave several rooms', async () => {
      for (const { id } of [clientOf(0), clientOf(1)]) {
        await first.adapter.remoteJoin(id, ['e', 'f']);
        assert.deepEqual(await first.adapter.clients(['e']), [id]);
        assert.deepEqual(await first.adapter.clients(['f']), [id]);
        await first.adapter.remoteLeave(id, ['e', 'f']);
        assert.deepEqual(await first.adapter.clients(['e', 'f']), []);
      }
    });

    it('calls back with as many arguments as there are things to say', async () => {
      const { adapter } = first;
      const argumentsOf = (ask: (fn: (...args: unknown[]) => void) => Promise<unknown>) =>
        new Promise<unknown[]>((resolve) => {
          ask((...args) => resolve(args)).catch(() => {});
        });
      for (const { id } of [clientOf(0), clientOf(1)]) {
        assert.deepEqual(await argumentsOf((fn) => adapter.remoteJoin(id, 'd', fn)), [null]);
        assert.deepEqual(await argumentsOf((fn) => adapter.clients(['d'], fn)), [null, [id]]);
        assert.deepEqual(await argumentsOf((fn) => adapter.remoteLeave(id, 'd', fn)), [null]);
      }
      assert.equal((await argumentsOf((fn) => adapter.remoteDisconnect('nobody', true, fn))).length, 1);
    });

    it('says at once that no node has a client', async () => {
      const unknown = { code: 'ERR_SOCKET_IO_REDIS_UNKNOWN_SOCKET', sid: 'nobody' };
      await assert.rejects(first.adapter.clientRooms('nobody'), unknown);
      await assert.rejects(first.adapter.remoteJoin('nobody', 'a'), unknown);
      await assert.rejects(first.adapter.remoteLeave('nobody', 'a'), unknown);
      await assert.rejects(first.adapter.remoteDisconnect('nobody'), unknown);
    });

    it('asks the customHook of every node', async () => {
      nodes.forEach(({ adapter }, i) => {
        adapter.customHook = (data, answer) => answer(`${data} ${i}`);
      });
      assert.deepEqual((await first.adapter.customRequest('hello')).sort(), ['hello 0', 'hello 1', 'hello 2']);
    });

    it('gives each customHook data of its own, and takes all answers alike', async () => {
      for (const { adapter } of nodes)
        adapter.customHook = (data, answer) => {
          const { seen } = data as { seen: string[] };
          seen.push('here');
          answer({ seen, at: new Date(5), nothing: undefined });
        };
      const data = { seen: [] };
      const answers = await first.adapter.customRequest(data);
      assert.deepEqual(answers, Array(3).fill({ seen: ['here'], at: new Date(5).toISOString() }));
      assert.deepEqual(data, { seen: [] });
    });

    it('disconnects a client of another node', async () => {
      const [stays, goes] = await Promise.all([second.connect(), second.connect('/chat')]);
      await first.adapterOf('/chat').remoteDisconnect(goes.id, true);
      await eventually(() => !goes.connected);
      assert.ok(stays.connected);
      stays.close();
    });

    it('counts nodes, sockets and the members of rooms', async () => {
      assert.equal(await first.adapter.serverCount(), 3);
      assert.equal(await first.adapter.countSockets(), 3);
      assert.equal(await second.adapter.countSockets({ rooms: ['a', 'c'], except: ['b'] }), 1);
      const sizes = await first.adapter.roomSizes();
      assert.deepEqual([sizes.get('a'), sizes.get('b'), sizes.get('c')], [1, 2, 2]);
    });

    it('leaves no subscription and no listener behind', async () => {
      const { pubClient, subClient } = pairs[2] as ClientPair;
      const own = () => channels().then((names) => names.filter((name) => name.includes(key)));
      assert.ok((await own()).length > 0);
      const listeners = subClient.eventNames().length;
      await nodes.pop()?.close();
      assert.ok(subClient.eventNames().length <= listeners);
      for (const client of new Set([pubClient, subClient])) {
        // the one of the test itself
        assert.equal(client.listenerCount('error'), 1);
        for (const event of ['messageBuffer', 'pmessageBuffer', 'smessageBuffer', 'ready'])
          assert.equal(client.listenerCount(event), 0, event);
      }
      await Promise.all(nodes.splice(0).map((node) => node.close()));
      await eventually(async () => assert.deepEqual(await own(), []));
    });
  });
}
