import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createClient } from 'redis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { type Client, type Generation, type ServerNode, startServer } from '../support/fleet';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import * as payloads from './support/malformed-payloads';

/** How many wrong payloads each channel gets at least. */
const AT_LEAST = 300;

/** Milliseconds until a payload that is not counted was taken for a good one. */
const COUNTED_WITHIN = 1_000;

/** Bytes that the heap may grow by when it has all come ten times more. */
const MAY_GROW = 4 * 2 ** 20;

type Kind = 'broadcast' | 'request' | 'response';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

for (const [generation, sharded] of [
  [2, false],
  [4, false],
  [4, true],
] as [Generation, boolean][]) {
  describe(`On Socket.IO ${generation}${sharded ? ', sharded' : ''}, a message with one field wrong`, () => {
    let redis: RedisServer;
    let publisher: ReturnType<typeof createClient>;
    let node: ServerNode;
    let other: ServerNode;
    let client: Client;
    /** The id of a request that waits for the answer of somebody else. */
    let waiting: string;
    let asked: Promise<string[]>;
    const ends: (() => unknown)[] = [];

    before(async () => {
      redis = await startRedis();
      publisher = createClient({ url: redis.url });
      await publisher.connect();
      const start = async () => {
        const kind = clientKinds.find(({ name }) => name === 'ioredis 6') as (typeof clientKinds)[number];
        const { pubClient, subClient, close } = await kind.create(targetOf(redis));
        const options = { requestsTimeout: 60_000 };
        const adapter = sharded
          ? redisAdapter.createShardedAdapter(pubClient, subClient, options)
          : redisAdapter({ pubClient, subClient, ...options });
        const started = await startServer(generation, adapter);
        ends.push(started.close, close);
        return started;
      };
      [node, other] = [await start(), await start()];
      client = await node.connect();
      await other.adapter.remoteJoin(client.id, 'room');
      node.adapter.on('error', assert.fail);
      [waiting, asked] = await ask();
    });
    after(async () => {
      for (const end of ends) await end();
      publisher.destroy();
      await redis.stop();
    });

    /** Asks for the sockets of all nodes, among which is a published one that says nothing. */
    async function ask(): Promise<[string, Promise<string[]>]> {
      const silent = publisher.duplicate();
      await silent.connect();
      ends.push(() => silent.destroy());
      const heard = new Promise<string>((resolve) => {
        const hear = (text: string) => {
          // there is more to come that is no JSON
          if (!text.startsWith('{') || !text.endsWith('}')) return;
          const { requestid, requestId, data } = JSON.parse(text);
          const id = requestid ?? requestId ?? data?.requestId;
          if (id) resolve(id);
        };
        void (sharded
          ? silent.sSubscribe(['socket.io#/#', 'socket.io#/#0123456789abcdef#'], hear)
          : silent.subscribe(['socket.io-request#/#', 'socket.io-response#/#'], hear));
      });
      const channels = sharded ? ['SHARDNUMSUB', 'socket.io#/#'] : ['NUMSUB', 'socket.io-response#/#'];
      await eventually(async () => {
        const [, count] = (await publisher.sendCommand(['PUBSUB', ...channels])) as unknown as [string, number];
        return count === 3;
      });
      const answer = node.adapter.clients();
      return [await heard, answer];
    }

    const publish = (channel: string, payload: Buffer) =>
      sharded ? publisher.sPublish(channel, payload) : publisher.publish(channel, payload);

    const own = () => (sharded ? `socket.io#/#${node.adapter.uid}#` : `socket.io-response#/#${node.adapter.uid}#`);
    const responses = () => (sharded ? payloads.SHARDED_RESPONSES : payloads.responsesTo(waiting));
    const CHANNELS: [string, Kind, () => string, () => readonly payloads.Sample[]][] = sharded
      ? [
          ["a room's channel", 'broadcast', () => 'socket.io#/#room#', () => payloads.SHARDED_BROADCASTS],
          ["the namespace's channel", 'request', () => 'socket.io#/#', () => payloads.SHARDED_REQUESTS],
          ['its own channel', 'response', own, responses],
        ]
      : [
          ['the channel of broadcasts', 'broadcast', () => 'socket.io#/#', () => payloads.BROADCASTS],
          ['the channel of requests', 'request', () => 'socket.io-request#/#', () => payloads.REQUESTS],
          ['the channel of responses', 'response', () => 'socket.io-response#/#', responses],
          ['its own channel', 'response', own, responses],
        ];

    function wrongFor(samples: readonly payloads.Sample[], kind: Kind): [string, Buffer][] {
      const json = sharded || kind !== 'broadcast';
      return samples.flatMap((sample) => [...payloads.wronged(sample, json), ...payloads.truncated(sample)]);
    }

    let emitted = 0;
    for (const [name, kind, channel, samples] of CHANNELS) {
      it(`on ${name} is dropped and counted, in each of at least ${AT_LEAST} ways`, async () => {
        const wrong = wrongFor(samples(), kind);
        assert.ok(wrong.length >= AT_LEAST, `${wrong.length} payloads`);
        const taken: string[] = [];
        for (const [title, payload] of wrong) {
          const counted = node.adapter.stats().malformed[kind];
          await publish(channel(), payload);
          const deadline = performance.now() + COUNTED_WITHIN;
          while (node.adapter.stats().malformed[kind] === counted && performance.now() < deadline) await turn();
          const peers = node.adapter.health().peers.join();
          if (node.adapter.stats().malformed[kind] !== counted + 1 || peers !== other.adapter.uid) taken.push(title);
          other.io.emit('x', emitted++);
        }
        assert.deepEqual(taken, []);
      });
    }

    it('leaves nothing behind', async () => {
      const all = CHANNELS.map(([, kind, channel, samples]) => [kind, channel(), wrongFor(samples(), kind)] as const);
      const round = async () => {
        for (const [kind, channel, wrong] of all) {
          const counted = node.adapter.stats().malformed[kind];
          await Promise.all(wrong.map(([, payload]) => publish(channel, payload)));
          await eventually(() => node.adapter.stats().malformed[kind] === counted + wrong.length);
        }
        gc();
        return process.memoryUsage().heapUsed;
      };
      const before = await round();
      let grown = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 10; i++) grown = (await round()) - before;
      assert.ok(grown < MAY_GROW, `${grown} bytes`);
    });

    it('does no harm to what goes on meanwhile', async () => {
      other.io.emit('last');
      const expected = Array.from({ length: emitted }, (_, i) => ['x', i]);
      assert.deepEqual(await client.until('last'), expected);
    });

    it('nor to a query that has been waiting', async () => {
      const fields = { requestId: waiting, sockets: ['of the other'] };
      const answer = sharded
        ? {
            uid: '0123456789abcdef',
            nsp: '/',
            type: 8,
            data: { requestId: waiting, sockets: [{ id: 'of the other', rooms: [] }] },
          }
        : generation === 2
          ? { requestid: waiting, clients: ['of the other'] }
          : fields;
      await publish(own(), Buffer.from(JSON.stringify(answer)));
      assert.deepEqual((await asked).sort(), [client.id, 'of the other'].sort());
    });
  });
}
