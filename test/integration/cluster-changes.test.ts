import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import type { SubscriberEvents } from '../../src/redis/driver';
import type { NodeRedisSubscriber } from '../../src/redis/node-redis';
import { subscribeShardedWithNodeRedis } from '../../src/redis/node-redis-sharded';
import { type RedisCluster, type RedisClusterNode, startRedisCluster } from '../../tools/redis-cluster';
import { moveSlot } from '../../tools/redis-cluster-slots';
import { eventually } from '../support/eventually';
import { adapter4, type Client, io4, type ServerNode, startServer } from '../support/fleet';
import { type ClientKind, type ClientPair, clientKinds, shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

interface NodeRedisClusterClient {
  readonly slots: readonly { readonly master: { readonly port: number } }[];
  sendCommand(firstKey: string, isReadonly: boolean, args: string[]): Promise<unknown>;
}

const calculateSlot: (key: string) => number = require('cluster-key-slot');

const ROOMS = Array.from({ length: 300 }, (_, i) => `room ${i}`);

const isCluster = ({ topology }: ClientKind) => topology === 'cluster';

/** Redis 4 takes the notice of a move for the answer to a command that is under way. */
const knowsNotices = ({ library }: ClientKind) => library !== 'redis-4';

describe('On a Redis Cluster, all rooms are heard again', () => {
  let cluster: RedisCluster;
  let from: ServerNode;
  let to: ServerNode;
  let client: Client;
  const pairs: ClientPair[] = [];
  const killed: RedisClusterNode[] = [];

  before(async () => {
    cluster = await startRedisCluster();
  });
  afterEach(async () => {
    await Promise.all([from?.close(), to?.close()]);
    await Promise.all(pairs.splice(0).map((pair) => pair.close()));
    for (const node of killed.splice(0)) await node.server.restart();
    await cluster.settled();
  });
  after(() => cluster.stop());

  async function startFleet(kind: ClientKind, sharded: boolean): Promise<void> {
    const start = async () => {
      const pair = await kind.create(targetOf(cluster));
      pairs.push(pair);
      const { pubClient, subClient } = pair;
      const adapter = sharded
        ? redisAdapter.createShardedAdapter(pubClient, subClient)
        : redisAdapter({ pubClient, subClient, subscriptionMode: 'dynamic' });
      const node = await startServer(4, adapter);
      // what befalls the connections is told
      node.adapter.on('error', () => {});
      return node;
    };
    [from, to] = [await start(), await start()];
    client = await to.connect();
    await adapter4(to).addSockets({ rooms: new Set([client.id]), except: new Set() }, ROOMS);
    await assertAllHeard();
  }

  /** The client joins rooms, one after the other, until told to stop, and leaves them. */
  async function roam(name: string, signal: AbortSignal): Promise<void> {
    const socket = io4(to).sockets.sockets.get(client.id);
    assert.ok(socket);
    for (let i = 0; !signal.aborted; i++) {
      await socket.join(`${name} ${i}`);
      await socket.leave(`${name} ${i}`);
    }
  }

  let round = 0;
  async function assertAllHeard(): Promise<void> {
    await assertRoomsHeard(20_000);
    await assertQueriesComplete();
  }

  async function assertQueriesComplete(): Promise<void> {
    assert.equal(await from.adapter.serverCount(), 2);
    assert.deepEqual(await from.adapter.clients(['room 7']), [client.id]);
  }

  async function assertRoomsHeard(within: number): Promise<void> {
    await eventually(
      async () => {
        round += 1;
        const current = round;
        for (const room of ROOMS) from.io.to(room).emit('x', current, room);
        const heard = () => client.received.filter(([, number]) => number === current).length;
        await eventually(() => assert.equal(heard(), ROOMS.length), { within: 500 });
      },
      { within },
    );
  }

  for (const kind of shardedKinds.filter(isCluster)) {
    it(`after slots have moved, sharded, with ${kind.name}`, async () => {
      await startFleet(kind, true);
      for (const room of ROOMS.slice(0, 5)) await moveSlot(cluster.nodes, calculateSlot(`socket.io#/#${room}#`));
      await moveSlot(cluster.nodes, calculateSlot('socket.io#/#'));
      await assertRoomsHeard(20_000);
      // until the client has followed the namespace's own channel, which may be the last, Redis delivers no request
      await eventually(assertQueriesComplete, { within: 20_000 });
    });

    // a client that asks one of them where the slot is now is told what it was told before
    it(`after a slot has moved of which other nodes hear late, sharded, with ${kind.name}`, async () => {
      await startFleet(kind, true);
      await moveSlot(cluster.nodes, calculateSlot(`socket.io#/#${ROOMS[0]}#`), { othersKnowAfter: 300 });
      await assertRoomsHeard(20_000);
    });
  }

  for (const kind of shardedKinds.filter((kind) => isCluster(kind) && knowsNotices(kind))) {
    // a client with commands under way may take the notice that a slot has moved for the answer to one
    it(`after slots have moved while rooms came and went, sharded, with ${kind.name}`, async () => {
      await startFleet(kind, true);
      const moved = new AbortController();
      const roaming = ['one', 'two', 'three'].map((name) => roam(name, moved.signal));
      try {
        for (const room of ROOMS.slice(0, 10)) await moveSlot(cluster.nodes, calculateSlot(`socket.io#/#${room}#`));
      } finally {
        // without an adapter, it would go on without a pause for anything else
        moved.abort();
      }
      await Promise.all(roaming);
      await assertRoomsHeard(30_000);
    });
  }

  // redis 4 lists a master once for each range of its slots
  for (const kind of clientKinds.filter(isCluster)) {
    it(`where slots were scattered, dynamic, with ${kind.name}`, async () => {
      for (const slot of [1, 5, 9, 7001, 7005, 7009, 15_001, 15_005, 15_009]) await moveSlot(cluster.nodes, slot);
      await startFleet(kind, false);
      // which node is asked first is left to chance
      for (let i = 0; i < 10; i++) await assertQueriesComplete();
    });
  }

  for (const kind of clientKinds.filter(({ topology, library }) => topology === 'cluster' && /^redis/.test(library))) {
    it(`no query waits for a replica that is frozen, with ${kind.name}`, async () => {
      await startFleet(kind, false);
      const [replica] = cluster.replicas;
      replica?.server.freeze();
      try {
        await assertQueriesComplete();
      } finally {
        replica?.server.thaw();
      }
    });
  }

  const failovers: [ClientKind, boolean][] = [
    ...shardedKinds.map((kind): [ClientKind, boolean] => [kind, true]),
    ...clientKinds.map((kind): [ClientKind, boolean] => [kind, false]),
  ];
  for (const [kind, sharded] of failovers.filter(([kind]) => isCluster(kind))) {
    it(`after a master was killed, ${sharded ? 'sharded' : 'dynamic'}, with ${kind.name}`, async () => {
      await startFleet(kind, sharded);
      const busy = await busiest(sharded ? 'SHARDCHANNELS' : 'CHANNELS');
      await busy.server.kill();
      killed.push(busy);
      await assertRoomsHeard(20_000);
      // a client may change the node that it listens to once more, and the watchdog makes a second attempt 10 s after the first
      await eventually(assertQueriesComplete, { within: 40_000 });
    });
  }

  // so it is where a machine hangs, and for a moment with each process that is killed
  for (const kind of shardedKinds.filter(({ name }) => /^redis [56] Cluster$/.test(name))) {
    it(`after a master was killed whose port takes connections and says nothing, sharded, with ${kind.name}`, async () => {
      await startFleet(kind, true);
      const busy = await busiest('SHARDCHANNELS');
      await busy.server.kill();
      killed.push(busy);
      const mute = await listenMutely(busy.port);
      try {
        await assertRoomsHeard(60_000);
        await eventually(assertQueriesComplete, { within: 60_000 });
      } finally {
        await mute.close();
      }
    });
  }

  // what redis 6 asks for by itself then, it lets fail without a word, and that would end the process
  it('what was heard on a master that is gone is told, and redis 6 does not ask for it itself', async () => {
    const kind = shardedKinds.find(({ name }) => name === 'redis 6 Cluster') as ClientKind;
    const pair = await kind.create(targetOf(cluster));
    pairs.push(pair);
    const client = pair.subClient as unknown as NodeRedisSubscriber & NodeRedisClusterClient;
    const subscriber = subscribeShardedWithNodeRedis(client);
    const lost: string[] = [];
    const events: Partial<SubscriberEvents> = { lost: (channels) => lost.push(...channels), shaken: () => {} };
    subscriber.listen(events as SubscriberEvents);
    for (const room of ROOMS) await subscriber.channels.subscribe([room]);
    const busy = await busiest('SHARDCHANNELS');
    const heardThere = (room: string) => client.slots[calculateSlot(room)]?.master.port === busy.port;
    const [gone, kept] = [ROOMS.filter(heardThere), ROOMS.filter((room) => !heardThere(room))];

    await busy.server.kill();
    killed.push(busy);
    // asked at another master, it is sent to the one that has taken over, and so sees that this one is gone
    await eventually(
      async () => {
        await client.sendCommand(kept[0] as string, true, ['GET', gone[0] as string]).catch(() => {});
        assert.deepEqual(lost.sort(), gone.sort());
      },
      { within: 20_000 },
    );
  });

  /** The node that the most channels are subscribed on: killing another might change nothing. */
  async function busiest(kind: string): Promise<RedisClusterNode> {
    const script = `return #redis.call('PUBSUB', '${kind}')`;
    const counts = await Promise.all(
      cluster.nodes.map(async (node) => Number(await node.server.command('EVAL', script, '0'))),
    );
    return cluster.nodes[counts.indexOf(Math.max(...counts))] as RedisClusterNode;
  }
});

async function listenMutely(port: number): Promise<{ close(): Promise<unknown> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => {})));
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    close: () => {
      for (const socket of sockets) socket.destroy();
      return once(server.close(), 'close');
    },
  };
}
