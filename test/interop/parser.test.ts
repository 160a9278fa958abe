import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { deserialize, serialize } from 'node:v8';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { type Client, io4, receivedFrom, type ServerNode, startServer } from '../support/fleet';

/** What is no JSON, and no MessagePack. */
const parser = { encode: serialize, decode: (payload: Buffer) => deserialize(payload) };

describe('With a parser of the user, beside @socket.io/redis-adapter 8.3.0 with the same', () => {
  let redis: RedisServer;
  let connections: Redis[];
  let nodes: { ours: ServerNode; theirs: ServerNode };
  let clients: [Client, Client];

  before(async () => {
    redis = await startRedis();
    connections = Array.from({ length: 4 }, () => new Redis(redis.port, redis.host));
    const [pub1, sub1, pub2, sub2] = connections as [Redis, Redis, Redis, Redis];
    nodes = {
      ours: await startServer(4, redisAdapter(pub1, sub1, { parser })),
      theirs: await startServer(4, createAdapter(pub2, sub2, { parser })),
    };
    clients = await Promise.all([nodes.ours.connect(), nodes.theirs.connect()]);
    await eventually(async () => assert.equal((await nodes.ours.adapter.clients()).length, 2));
    for (const client of clients) client.answer = ([, value]) => value;
  });
  after(async () => {
    await Promise.all(Object.values(nodes).map((node) => node.close()));
    // 8.3.0 does not wait for its UNSUBSCRIBEs, nor look at what becomes of them
    await Promise.all(connections.map((connection) => connection.quit()));
    await redis.stop();
  });

  for (const from of ['ours', 'theirs'] as const) {
    for (const [name, value] of Object.entries({ text: 'text', bytes: Buffer.from('bytes') })) {
      it(`broadcasts and acknowledgements of ${name} go from ${from} to the other`, async () => {
        nodes[from].io.emit('plain', value);
        assert.deepEqual(await io4(nodes[from]).timeout(5000).emitWithAck('question', value), [value, value]);
        const events = [
          ['plain', value],
          ['question', value],
        ];
        assert.deepEqual(await receivedFrom(nodes[from], clients), [events, events]);
        assert.deepEqual(nodes.ours.adapter.stats().malformed, { broadcast: 0, request: 0, response: 0 });
      });
    }
  }
});
