import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';

import publishedAdapter = require('socket.io-redis-5');
import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { type Generation, io4, type ServerNode, startServer } from '../support/fleet';
import { type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { sharesOf, whileWatching } from './command';

interface Fleet {
  name: string;
  generation: Generation;
  create(key: string): Promise<unknown>;
  /** Asks all nodes. It waits for as many answers as there are nodes, and fails when one more is waited for. */
  count(node: ServerNode): Promise<number>;
  runs: string;
}

const redis6 = clientKinds.find(({ name }) => name === 'redis 6') as (typeof clientKinds)[number];
let redis: RedisServer;
const nodes: ServerNode[] = [];
const pairs: ClientPair[] = [];
const ended: { end(flush: boolean): void }[] = [];

async function pair(): Promise<ClientPair> {
  const made = await redis6.create(targetOf(redis));
  pairs.push(made);
  return made;
}

const countOurs = async ({ adapter }: ServerNode) => (await adapter.clients()).length;
const countTheirs = async (node: ServerNode) => (await io4(node).fetchSockets()).length;

const FLEETS: Fleet[] = [
  ...([2, 4] as const).map((generation) => ({
    name: `this package on Socket.IO ${generation}`,
    generation,
    create: async (key: string) => redisAdapter({ host: redis.host, port: redis.port, key }),
    count: countOurs,
    runs: 'socket.io-redis 7',
  })),
  {
    name: 'this package, where the nodes know each other by name alone',
    generation: 4,
    async create(key) {
      const login = { user: 'nocounts', password: 'secret' };
      const factory = redisAdapter({ host: redis.host, port: redis.port, key, ...login });
      // it tells that it cannot count
      return function adapter(nsp: object) {
        return factory(nsp).on('error', () => {});
      };
    },
    count: countOurs,
    runs: 'socket.io-redis 7',
  },
  {
    name: 'the sharded adapter of this package',
    generation: 4,
    async create(channelPrefix) {
      const { pubClient, subClient } = await pair();
      return redisAdapter.createShardedAdapter(pubClient, subClient, { channelPrefix });
    },
    count: countOurs,
    runs: 'socket.io-redis 7',
  },
  {
    name: '@socket.io/redis-adapter 8.3.0',
    generation: 4,
    async create(key) {
      const { pubClient, subClient } = await pair();
      return createAdapter(pubClient, subClient, { key });
    },
    count: countTheirs,
    runs: 'published 6.x to 8.x',
  },
  {
    name: 'the sharded adapter of 8.3.0',
    generation: 4,
    async create(channelPrefix) {
      const { pubClient, subClient } = await pair();
      return createShardedAdapter(pubClient, subClient, { channelPrefix });
    },
    count: countTheirs,
    runs: 'published 8.x',
  },
  {
    name: 'socket.io-redis 5.3.0',
    generation: 2,
    async create(key) {
      return publishedAdapter({ host: redis.host, port: redis.port, key });
    },
    count: ({ adapter }) =>
      new Promise((resolve, reject) => {
        const published = adapter as unknown as { clients(rooms: string[], fn: Callback): void };
        published.clients([], (error, ids) => (error ? reject(error) : resolve(ids.length)));
      }),
    runs: 'published 5.x',
  },
];

type Callback = (error: Error | null, ids: string[]) => void;

describe('While inspect looks on', () => {
  before(async () => {
    redis = await startRedis({ acl: ['nocounts on >secret ~* &* +@all -pubsub'] });
  });
  after(async () => {
    for (const client of ended) client.end(false);
    // published nodes do not wait for Redis
    await eventually(async () => assert.deepEqual(await channelsOn([redis]), []));
    await Promise.all(pairs.map((pair) => pair.close()));
    await redis.stop();
  });

  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.close())));

  for (const [i, fleet] of FLEETS.entries()) {
    it(`queries of ${fleet.name} wait for nobody else, and count the same`, async () => {
      const key = `fleet-${i}`;
      const [node] = await Promise.all([start(fleet, key), start(fleet, key)]);
      await Promise.all(nodes.map((node) => node.connect()));
      await eventually(async () => (await fleet.count(node)) === 2);

      await whileWatching(redis.url, ['--key', key], async (until) => {
        const [namespace] = (await until(({ namespaces }) => namespaces.length > 0)).namespaces;
        for (let query = 0; query < 20; query++) assert.equal(await fleet.count(node), 2);
        assert.equal(namespace?.connections, 2);
        const seen = [fleet.runs, 1, []];
        assert.deepEqual(sharesOf(namespace?.nodes), [seen, seen]);
      });
      assert.equal(await fleet.count(node), 2);
      if (fleet.runs === 'socket.io-redis 7') await assertUntouched();
    });
  }
});

async function start({ generation, create }: Fleet, key: string): Promise<ServerNode> {
  const node = await startServer(generation, await create(key));
  nodes.push(node);
  const { pubClient, subClient } = node.adapter as unknown as Record<string, Partial<(typeof ended)[number]>>;
  // node_redis 2, which 5.3.0 makes and does not end
  for (const client of [pubClient, subClient]) if (client?.end) ended.push(client as (typeof ended)[number]);
  return node;
}

async function assertUntouched(): Promise<void> {
  for (const { adapter } of nodes) {
    assert.deepEqual(adapter.stats().malformed, { broadcast: 0, request: 0, response: 0 });
    assert.equal(await adapter.serverCount(), 2);
  }
}
