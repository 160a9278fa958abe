import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createClient } from 'redis';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster.js';
import { moveSlot } from '../../tools/redis-cluster-slots.js';
import { type RedisSentinel, startRedisSentinel } from '../../tools/redis-sentinel.js';
import { type RedisServer, startRedis } from '../../tools/redis-server.js';
import { eventually } from '../support/eventually.js';
import { type ClientKind, type ClientPair, clientKinds, type Topology } from '../support/redis-clients.js';
import { type Target, targetOf } from '../support/redis-target.js';

describe('a standalone Redis server', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedis();
  });
  after(() => server?.stop());

  for (const kind of kindsOf('standalone')) {
    test(`carries a message of ${kind.name}, and loses its connections when the pair is closed`, async () => {
      await carriesAMessage(kind, targetOf(server));
      await eventually(async () => /^connected_clients:1\r$/m.test(await server.command('INFO', 'clients')));
    });
  }

  test('does not share its port with another one', async () => {
    const other = await startRedis();
    try {
      assert.notEqual(other.port, server.port);
      await assert.rejects(startRedis({ port: server.port }), /Address already in use/);
    } finally {
      await other.stop();
    }
  });

  test('says nothing while it is frozen, and goes on when it is thawed', async () => {
    server.freeze();
    await assert.rejects(
      eventually(() => server.command('PING'), { within: 300 }),
      /did not return/,
    );
    server.thaw();
    assert.equal(await server.command('PING'), 'PONG');
  });

  test('is gone when it is killed, and comes back at the same port', async () => {
    const { pid, port } = server;
    assert.ok(pid);
    await server.kill();
    assert.equal(server.pid, undefined);
    assert.equal(isRunning(pid), false);
    await assert.rejects(server.command('PING'));

    await server.restart();
    assert.notEqual(server.pid, pid);
    assert.equal(server.port, port);
    assert.equal(await server.command('PING'), 'PONG');
  });

  test('leaves no process and no folder when it is stopped, frozen or not, once or twice', async () => {
    for (const frozen of [false, true]) {
      const { pid, directory, ...stopped } = await startAndDescribe();
      if (frozen) stopped.server.freeze();
      await Promise.all([stopped.server.stop(), stopped.server.stop()]);
      await stopped.server.stop();
      assert.equal(isRunning(pid), false);
      assert.equal(existsSync(directory), false);
      await assert.rejects(stopped.server.restart(), /stopped for good/);
    }
  });

  test('says why it does not start', async () => {
    await assert.rejects(startRedis({ config: ['no-such-directive yes'] }), /no-such-directive/);
  });
});

describe('a Redis server that is forgotten', () => {
  const script = `
    require(${JSON.stringify(join(__dirname, '../../tools/redis-server.js'))}).startRedis().then(
      ({ pid, directory }) => console.log(JSON.stringify({ pid, directory })))`;

  test('does not keep its parent alive, and ends with it', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
    await leavesNothing(JSON.parse(stdout));
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`ends with its parent on ${signal}`, async () => {
      const parent = spawn(process.execPath, ['-e', `${script}; setInterval(() => {}, 1000)`]);
      const [line] = await once(parent.stdout.setEncoding('utf8'), 'data');
      parent.kill(signal);
      const [, endedBy] = await once(parent, 'exit');
      assert.equal(endedBy, signal);
      await leavesNothing(JSON.parse(line));
    });
  }

  async function leavesNothing({ pid, directory }: { pid: number; directory: string }): Promise<void> {
    await eventually(() => !isRunning(pid));
    assert.equal(existsSync(directory), false);
  }
});

describe('a Redis server with a password and a user', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedis({ password: 'open sesame', acl: ['alice on >wonder&land ~* &* +@all'] });
  });
  after(() => server?.stop());

  for (const kind of kindsOf('standalone')) {
    test(`lets ${kind.name} in with the password`, () => carriesAMessage(kind, targetOf(server)));

    test(
      `lets ${kind.name} in as the user`,
      {
        skip: kind.usernames ? false : 'it has no option for a username',
      },
      () => carriesAMessage(kind, targetOf(server, { username: 'alice', password: 'wonder&land' })),
    );
  }

  test('has a URL with the password', async () => {
    const client = createClient({ url: server.url });
    await client.connect();
    assert.equal(await client.ping(), 'PONG');
    client.destroy();
  });

  test('lets nobody in with another password', async () => {
    const { host, port } = server;
    const client = createClient({ socket: { host, port, reconnectStrategy: false }, password: 'abracadabra' });
    await assert.rejects(client.connect(), /WRONGPASS/);
  });
});

describe('a Redis server with TLS', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedis({ tls: true });
  });
  after(() => server?.stop());

  test('has a URL that says so', () => {
    assert.equal(server.url, `rediss://127.0.0.1:${server.port}`);
  });

  for (const kind of kindsOf('standalone')) {
    test(`carries a message of ${kind.name}`, () => carriesAMessage(kind, targetOf(server)));
  }
});

describe('a Redis Cluster', () => {
  let cluster: RedisCluster;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster?.stop());

  test('has three masters and three replicas', () => {
    assert.equal(cluster.nodes.length, 6);
    assert.deepEqual([...cluster.masters, ...cluster.replicas], cluster.nodes);
    for (const { role } of cluster.masters) assert.equal(role, 'master');
    for (const { role } of cluster.replicas) assert.equal(role, 'replica');
  });

  for (const kind of kindsOf('cluster')) {
    test(`carries a message of ${kind.name}`, () => carriesAMessage(kind, targetOf(cluster)));
  }

  test('has told all masters of a slot when it has moved', async () => {
    const slot = Number(await cluster.nodes[0]?.server.command('CLUSTER', 'KEYSLOT', 'key'));
    for (let i = 0; i < 20; i++) {
      await moveSlot(cluster.nodes, slot);
      const replies = await Promise.allSettled(cluster.masters.map(({ server }) => server.command('EXISTS', 'key')));
      const refusals = replies.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason.message] : []));
      assert.equal(refusals.length, 2);
      assert.match(refusals[0], /^MOVED /);
      assert.equal(refusals[1], refusals[0]);
    }
  });

  test('replaces a master that is killed, and takes it back as a replica', async () => {
    const [victim] = cluster.masters;
    assert.ok(victim);
    await victim.server.kill();
    await eventually(() => serves(cluster, 3), { within: 20_000 });

    await victim.server.restart();
    await eventually(async () => (await roleOf(victim.server)) === 'slave', { within: 20_000 });
  });
});

describe('a Redis Sentinel', () => {
  let sentinel: RedisSentinel;
  before(async () => {
    sentinel = await startRedisSentinel();
  });
  after(() => sentinel?.stop());

  for (const kind of kindsOf('sentinel')) {
    test(`leads ${kind.name} to a master that carries its message`, () => carriesAMessage(kind, targetOf(sentinel)));
  }

  test('makes the replica the master when the master is killed', async () => {
    await sentinel.master.kill();
    const promoted = `address=127.0.0.1:${sentinel.replica.port},`;
    for (const server of sentinel.sentinels) {
      await eventually(async () => (await server.command('INFO', 'sentinel')).includes(promoted), { within: 20_000 });
    }
    assert.equal(await roleOf(sentinel.replica), 'master');
  });
});

function kindsOf(topology: Topology): ClientKind[] {
  return clientKinds.filter((kind) => kind.topology === topology);
}

/** Makes a pair, publishes through its one client, and waits until the other one has received that. */
async function carriesAMessage(kind: ClientKind, target: Target): Promise<void> {
  const pair = await kind.create(target);
  try {
    const received: string[] = [];
    await subscribe[kind.family](pair, 'news', (message) => received.push(message));
    await (pair.pubClient as unknown as { publish(channel: string, message: string): unknown }).publish('news', 'hi');
    await eventually(() => assert.deepEqual(received, ['hi']));
  } finally {
    await pair.close();
  }
}

type Subscribe = (pair: ClientPair, channel: string, listener: (message: string) => void) => Promise<unknown>;

const subscribe: Record<ClientKind['family'], Subscribe> = {
  'node-redis-3': ({ subClient }, channel, listener) => {
    const client = subClient as unknown as { subscribe(channel: string, callback: (error: unknown) => void): void };
    subClient.on('message', (_, message) => listener(message));
    return promisify(client.subscribe.bind(client))(channel);
  },
  'node-redis': ({ subClient }, channel, listener) => {
    const client = subClient as unknown as { subscribe(channel: string, on: typeof listener): Promise<void> };
    return client.subscribe(channel, listener);
  },
  ioredis: ({ subClient }, channel, listener) => {
    const client = subClient as unknown as { subscribe(channel: string): Promise<unknown> };
    subClient.on('message', (_, message) => listener(message));
    return client.subscribe(channel);
  },
};

async function startAndDescribe() {
  const server = await startRedis();
  const { pid, directory } = server;
  assert.ok(pid && isRunning(pid) && existsSync(directory));
  return { server, pid, directory };
}

/** A process that has ended may stay a while as a zombie, until the system takes note of its end. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

/** Do all living nodes serve all slots, with so many masters among them? */
async function serves({ nodes }: RedisCluster, masters: number): Promise<boolean> {
  const living = nodes.filter(({ server }) => server.pid);
  const infos = await Promise.all(living.map(({ server }) => server.command('CLUSTER', 'INFO')));
  const roles = await Promise.all(living.map(({ server }) => roleOf(server)));
  return infos.every((info) => info.includes('cluster_state:ok')) && count(roles, 'master') === masters;
}

function count<T>(values: readonly T[], wanted: T): number {
  return values.filter((value) => value === wanted).length;
}

async function roleOf(server: RedisServer): Promise<string | undefined> {
  return /^role:(\w+)/m.exec(await server.command('INFO', 'replication'))?.[1];
}
