import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { startServer } from '../support/fleet';
import { type ClientKind, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const readme = readFileSync(join(dirname(require.resolve('socket.io-redis/package.json')), 'README.md'), 'utf8');
const [, user = '', name = '', secret = ''] = /^user ((\S+) on >(\S+) .*)$/m.exec(readme) ?? [];
const [, forCluster = ''] = /Cluster takes `([^`]+)` as well/.exec(readme) ?? [];
const login = { username: name, password: secret };

describe('The rights that the README lists are enough', () => {
  let redis: RedisServer;
  let cluster: RedisCluster;

  before(async () => {
    assert.ok(user && forCluster, 'the README lists them');
    [redis, cluster] = await Promise.all([
      startRedis({ acl: [user] }),
      startRedisCluster({ config: [`user ${user} ${forCluster}`] }),
    ]);
  });
  after(() => Promise.all([redis?.stop(), cluster?.stop()]));

  it('for the clients that the adapter makes', async () => {
    const { host, port } = redis;
    await assertFleet(() => redisAdapter({ host, port, user: name, password: secret }));
  });

  for (const kind of clientKinds.filter(({ usernames, topology }) => usernames && topology !== 'sentinel')) {
    it(`for ${kind.name}`, () => assertPairs(kind, kind.topology === 'cluster' ? cluster : redis));
  }
});

async function assertPairs(kind: ClientKind, servers: RedisServer | RedisCluster): Promise<void> {
  const pairs = await Promise.all([1, 2].map(() => kind.create(targetOf(servers, login))));
  const factories = pairs.map(({ pubClient, subClient }) => redisAdapter({ pubClient, subClient }));
  try {
    await assertFleet(() => factories.pop() as redisAdapter.AdapterFactory);
  } finally {
    await Promise.all(pairs.map((pair) => pair.close()));
  }
}

/** Starts two servers, and shows that they hear and answer each other, in a namespace of their own too. */
async function assertFleet(factory: () => redisAdapter.AdapterFactory): Promise<void> {
  const nodes = await Promise.all([startServer(2, factory()), startServer(4, factory())]);
  const [here, there] = nodes;
  for (const nsp of ['/', '/chat']) {
    await Promise.all(nodes.map((node) => node.adapterOf(nsp).ready));
    const client = await there.connect(nsp);
    here.io.of(nsp).emit('x');
    await client.until('x');
    assert.deepEqual(await here.adapterOf(nsp).clients(), [client.id]);
    await here.adapterOf(nsp).remoteJoin(client.id, 'room');
    client.close();
  }
  await Promise.all(nodes.map((node) => node.close()));
}
