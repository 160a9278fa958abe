import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import { Redis as Ioredis } from 'ioredis';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { type ServerNode, startServer } from '../support/fleet';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

type Arguments = Parameters<typeof redisAdapter>;

/** The rights that socket.io-redis 5.3.0 needs, and no more: the pattern that an ACL permits is taken literally. */
const ACL_USER =
  'node on >acl-secret resetchannels &socket.io#/#* &socket.io-request#/# &socket.io-response#/#* ' +
  '-@all +@connection +publish +subscribe +psubscribe +unsubscribe +punsubscribe +pubsub +info +cluster';

describe('The adapter connects by itself', () => {
  let plain: RedisServer;
  let password: RedisServer;
  let tls: RedisServer;

  before(async () => {
    [plain, password, tls] = await Promise.all([
      startRedis(),
      startRedis({ password: 'p@ss:word/#', acl: [ACL_USER] }),
      startRedis({ tls: true }),
    ]);
  });
  after(() => Promise.all([plain, password, tls].map((redis) => redis.stop())));

  const secret = encodeURIComponent('p@ss:word/#');
  const ca = () => tls.tls?.ca;
  const forms: [string, () => unknown[]][] = [
    ['a uri without a scheme', () => [`localhost:${plain.port}`]],
    ['a redis:// uri with a database', () => [`redis://127.0.0.1:${plain.port}/3`]],
    ['host and port', () => [{ host: '127.0.0.1', port: plain.port }]],
    ['a port that is a string', () => [{ host: '127.0.0.1', port: String(plain.port) }]],
    ['a uri and options', () => [`127.0.0.1:${plain.port}`, { key: 'other', requestsTimeout: 1000 }]],
    ['the option url', () => [{ url: plain.url, db: 2 }]],
    ['a port and nothing else', () => [plain.port]],
    ['a Unix socket', () => [{ path: join(plain.directory, 'redis.sock') }]],
    ['the uri of a Unix socket', () => [`unix:${join(plain.directory, 'redis.sock')}`]],
    [
      'a family, keep-alive and a connect timeout',
      () => [{ port: plain.port, family: 'IPv4', socket_keepalive: false, connect_timeout: 2000 }],
    ],
    ['a password in the uri', () => [`redis://:${secret}@127.0.0.1:${password.port}/0`]],
    ['a password as a query', () => [`redis://127.0.0.1:${password.port}?password=${secret}`]],
    ['auth_pass', () => [{ host: '127.0.0.1', port: password.port, auth_pass: 'p@ss:word/#' }]],
    ['password', () => [{ host: '127.0.0.1', port: password.port, password: 'p@ss:word/#' }]],
    ['an ACL user in the uri', () => [`redis://node:acl-secret@127.0.0.1:${password.port}`]],
    ['an ACL user as an option', () => [{ port: password.port, user: 'node', password: 'acl-secret' }]],
    ['a rediss:// uri', () => [`rediss://localhost:${tls.port}`, { tls: { ca: ca() } }]],
    ['host, port and tls', () => [{ host: 'localhost', port: tls.port, tls: { ca: ca() } }]],
  ];

  for (const [name, form] of forms) {
    it(`with ${name}`, () => assertFleet(() => redisAdapter(...(form() as Arguments))));
  }

  it('anew, when it is used again after all of its adapters were closed', async () => {
    const factory = redisAdapter(plain.url);
    const { pubClient } = factory;
    for (let round = 0; round < 3; round++) {
      await assertFleet(() => factory);
      assert.equal(factory.pubClient === pubClient, round === 0);
    }
  });

  it('asks a retry_strategy when to try again', async () => {
    const states: unknown[] = [];
    const factory = redisAdapter({
      port: 1,
      retry_strategy: (state) => {
        states.push(state);
        return states.length < 6 ? 1 : new Error('enough');
      },
    });
    await new Promise<void>((resolve) => {
      factory.subClient.on('error', () => states.length >= 6 && resolve());
    });
    const [{ attempt, error }] = states as [{ attempt: number; error: Error }];
    assert.equal(attempt, 1);
    assert.match(error.message, /ECONNREFUSED/);
  });
});

describe('Clients of users connect', () => {
  let password: RedisServer;
  let tls: RedisServer;

  before(async () => {
    [password, tls] = await Promise.all([
      startRedis({ password: 'secret', acl: [ACL_USER] }),
      startRedis({ tls: true }),
    ]);
  });
  after(() => Promise.all([password, tls].map((redis) => redis.stop())));

  for (const kind of clientKinds.filter(({ topology }) => topology === 'standalone')) {
    const targets: [string, () => ReturnType<typeof targetOf>][] = [
      ['a password', () => targetOf(password)],
      ['TLS', () => targetOf(tls)],
    ];
    if (kind.usernames) {
      targets.push(['an ACL user', () => targetOf(password, { username: 'node', password: 'acl-secret' })]);
    }
    for (const [how, target] of targets) {
      it(`with ${how} (${kind.name})`, async () => {
        const pairs = await Promise.all([kind.create(target()), kind.create(target())]);
        const remaining = pairs.map(({ pubClient, subClient }) => redisAdapter({ pubClient, subClient }));
        await assertFleet(() => remaining.pop() as redisAdapter.AdapterFactory);
        await Promise.all(pairs.map((pair) => pair.close()));
      });
    }
  }
});

describe('A Redis Cluster', () => {
  let cluster: RedisCluster;

  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster.stop());

  for (const kind of clientKinds.filter(({ topology }) => topology === 'cluster')) {
    it(`counts a subscriber that sits on a replica (${kind.name})`, async () => {
      const pair = await kind.create(targetOf(cluster));
      const subscribers = cluster.replicas.slice(0, 2).map(({ host, port }) => new Ioredis({ host, port }));
      const nodes: ServerNode[] = [];
      for (const subClient of subscribers) {
        nodes.push(await startServer(2, redisAdapter({ pubClient: pair.pubClient, subClient })));
      }
      const clients = await Promise.all(nodes.map((node) => node.connect()));
      for (const node of nodes) {
        assert.deepEqual((await node.adapter.clients()).sort(), clients.map(({ id }) => id).sort());
      }
      await Promise.all(nodes.map((node) => node.close()));
      await pair.close();
      for (const subscriber of subscribers) subscriber.disconnect();
    });
  }
});

/** Starts two servers, and shows that they hear and answer each other. */
async function assertFleet(factory: () => redisAdapter.AdapterFactory): Promise<void> {
  const nodes = [await startServer(2, factory()), await startServer(2, factory())] as const;
  const clients = await Promise.all(nodes.map((node) => node.connect()));
  nodes[0].io.emit('x');
  await Promise.all(clients.map((client) => client.until('x')));
  assert.deepEqual((await nodes[1].adapter.clients()).sort(), clients.map(({ id }) => id).sort());
  await Promise.all(nodes.map((node) => node.close()));
}
