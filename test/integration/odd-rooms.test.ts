import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { type Client, io2, io4, receivedFrom, type ServerNode, startServer } from '../support/fleet';

/** As a document database has it: an object that is a text. */
class ObjectId {
  readonly bytes = Buffer.from('0123456789ab');
  toString(): string {
    return this.bytes.toString('hex');
  }
  toJSON(): string {
    return this.toString();
  }
}

/** What a client may choose, and a careless server call a room. */
const ODD: readonly unknown[] = [undefined, null, true, {}, [], { toString: 1 }, [{ toString: 1 }], 5n];

describe('A room that is neither text nor number', () => {
  let redis: RedisServer;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  after(async () => {
    for (const end of toEnd.reverse()) await end();
    await redis.stop();
  });

  async function start(generation: 2 | 4, make: (...clients: [Redis, Redis]) => unknown): Promise<ServerNode> {
    const { host, port } = redis;
    const clients: [Redis, Redis] = [new Redis({ host, port }), new Redis({ host, port })];
    const node = await startServer(generation, make(...clients));
    toEnd.push(() => clients.map((client) => client.disconnect()));
    toEnd.push(() => node.close());
    return node;
  }

  it('is its text on Socket.IO 2, on all servers', async () => {
    const [here, there] = [await start(2, redisAdapter), await start(2, redisAdapter)] as const;
    const [member, other] = [await there.connect(), await there.connect()];
    const room = new ObjectId() as unknown as string;
    await new Promise<void>((resolve) => {
      io2(there)
        .of('/')
        .connected[member.id]?.join(room, resolve as () => void);
    });
    here.io.to(room).emit('one');
    here.io.to(room).to('nobody').emit('two');
    assert.deepEqual(await receivedFrom(here, [member, other]), [[['one'], ['two']], []]);
    assert.deepEqual(await here.adapter.clients([room]), [member.id]);
  });

  it('names no room where a list is wanted, as in 5.3.0', async () => {
    const { adapter } = await start(2, (...clients) => redisAdapter(...clients, { key: 'no list' }));
    const there = await start(2, (...clients) => redisAdapter(...clients, { key: 'no list' }));
    const { id } = await there.connect();
    for (const rooms of [false, 0, '', 5, {}] as unknown as string[][]) {
      assert.deepEqual(await adapter.clients(rooms), [id]);
    }
  });

  const wires: Record<string, (pubClient: Redis, subClient: Redis) => unknown> = {
    'classic Pub/Sub': (...clients) => redisAdapter(...clients, { key: 'classic' }),
    'sharded Pub/Sub': (...clients) => redisAdapter.createShardedAdapter(...clients, { channelPrefix: 'sharded' }),
  };
  for (const [name, make] of Object.entries(wires)) {
    describe(`on Socket.IO 4, ${name}`, () => {
      let here: ServerNode;
      let there: ServerNode;
      let member: Client;

      before(async () => {
        [here, there] = [await start(4, make), await start(4, make)];
        member = await there.connect();
        await io4(there).in(member.id).socketsJoin('a');
      });

      it('keeps nothing from those who are in other rooms, or are not left out', async () => {
        const odd = undefined as unknown as string;
        io4(here).to(['a', odd]).emit('to');
        io4(here).except(odd).emit('except');
        io4(here).to(odd).emit('to it alone');
        assert.deepEqual(await receivedFrom(here, [member]), [[['to'], ['except']]]);
        assert.deepEqual(await io4(here).in(odd).fetchSockets(), []);
      });

      for (const odd of ODD) {
        it(`is in nobody's way when a socket has joined it: ${typeof odd} ${odd === null || JSON.stringify([odd], big)}`, async () => {
          const careless = await there.connect();
          await io4(there)
            .sockets.sockets.get(careless.id)
            ?.join(odd as unknown as string);
          const sockets = await io4(here).fetchSockets();
          assert.deepEqual(sockets.map(({ id }) => id).sort(), [careless.id, member.id].sort());
          careless.close();
          await io4(there).in(careless.id).disconnectSockets();
        });
      }

      it('nothing of that was taken for malformed', () => {
        for (const node of [here, there]) {
          assert.deepEqual(node.adapter.stats().malformed, { broadcast: 0, request: 0, response: 0 });
        }
      });
    });
  }
});

function big(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
