import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { createClient } from 'redis';

import redisAdapter = require('../../src/index');

import { freePort } from '../../tools/free-port';
import { startRedisCluster } from '../../tools/redis-cluster';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { patternsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { type ServerNode, startServer } from '../support/fleet';
import { type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { inspect, runCommand, runShell, sharesOf, startCommand } from './command';

const LOOK = '+pubsub|channels +pubsub|numsub';
const SHARDED_LOOK = '+pubsub|shardchannels +pubsub|shardnumsub';
const HEAR = '+psubscribe +punsubscribe +info';
const CHANNELS = '&socket.io#/* &socket.io-request#/* &socket.io-response#/*';

const redis6 = clientKinds.find(({ name }) => name === 'redis 6') as (typeof clientKinds)[number];

describe('inspect ends with the exit code 2, and says why', () => {
  let redis: RedisServer;

  before(async () => {
    redis = await startRedis({ password: 'pwd', acl: ['blind on >secret ~* &* +@all -pubsub'] });
  });
  after(() => redis.stop());

  async function failsWith(message: RegExp, ...args: string[]): Promise<void> {
    const { code, out, err } = await runCommand(...args);
    assert.match(err, message);
    // for people, not for those who look into the code
    assert.doesNotMatch(err, /^\s+at /m);
    assert.deepEqual([code, out], [2, '']);
  }
  const uri = (login: string, { host, port } = redis) => `redis://${login}${host}:${port}`;

  it('when nobody listens there', async () => {
    const port = await freePort();
    await failsWith(
      new RegExp(`^There is no Redis to talk to at localhost:${port}: .*ECONNREFUSED`),
      'inspect',
      `localhost:${port}`,
    );
  });

  it('when the uri is none, without its password', async () => {
    await failsWith(/"uri" must be a uri.*http:\/\/…@host"/, 'inspect', 'http://user:secret@host');
  });

  it('when a password is missing, or wrong', async () => {
    await failsWith(/wants a password, as in .*NOAUTH/, 'inspect', uri(''));
    await failsWith(/refused the password: WRONGPASS/, 'inspect', uri(':wrong@'));
  });

  it('when the user may not use PUBSUB', async () => {
    await failsWith(/does not let this user look .*NOPERM.*\+pubsub\|channels/, 'inspect', uri('blind:secret@'));
  });

  it('when it is a Sentinel', async () => {
    const config = [`sentinel monitor mymaster ${redis.host} ${redis.port} 2`];
    const sentinel = await startRedis({ mode: 'sentinel', config });
    await failsWith(/This is a Sentinel/, 'inspect', uri('', sentinel)).finally(() => sentinel.stop());
  });

  it('when Redis does not answer', async () => {
    redis.freeze();
    await failsWith(/^There is no Redis to talk to at .*: no answer within 5 s$/m, 'inspect', uri(':pwd@')).finally(
      () => redis.thaw(),
    );
  });

  it('when the arguments make no sense', async () => {
    await failsWith(/Usage:/);
    await failsWith(/Usage:/, 'look');
    await failsWith(/Usage:/, 'inspect', 'localhost', 'elsewhere');
    await failsWith(/--nonsense.*Usage:/s, 'inspect', '--nonsense');
    await failsWith(/--seconds must be/, 'inspect', '--seconds', 'soon');
    await failsWith(/--key must not be empty/, 'inspect', '--key', '');
    await failsWith(/exclude each other/, 'inspect', '--once', '--watch');
  });
});

describe('inspect, of a user with few permissions', () => {
  let redis: RedisServer;
  let node: ServerNode;
  let pair: ClientPair;
  let sharded: ServerNode;

  before(async () => {
    redis = await startRedis({
      acl: [
        `looks on >secret resetchannels ${CHANNELS} -@all ${LOOK} ${SHARDED_LOOK}`,
        `hears on >secret resetchannels ${CHANNELS} -@all ${LOOK} ${SHARDED_LOOK} ${HEAR} +ssubscribe +sunsubscribe`,
        `asks on >secret resetchannels ${CHANNELS} -@all ${LOOK} ${SHARDED_LOOK} ${HEAR} +ssubscribe +sunsubscribe ` +
          '+publish +spublish',
        `asks-classic on >secret resetchannels ${CHANNELS} -@all ${LOOK} ${HEAR} +publish`,
      ],
    });
    node = await startServer(4, redisAdapter({ host: redis.host, port: redis.port }));
    await node.connect();
    pair = await redis6.create(targetOf(redis));
    const { pubClient, subClient } = pair;
    sharded = await startServer(4, redisAdapter.createShardedAdapter(pubClient, subClient));
  });
  after(async () => {
    await Promise.all([node.close(), sharded.close()]);
    await pair.close();
    await redis.stop();
  });

  const ALONE = 'socket.io-redis 7';
  const MESSAGES = /^messages of sharded Pub\/Sub/;
  const SHARDED = [/sharded Pub\/Sub: SSUBSCRIBE/, /^sockets and rooms: SPUBLISH/];
  for (const [user, sockets, unseen] of [
    ['looks', [null, null], [/whether this is a Redis Cluster/, /and rooms: PSUBSCRIBE/, MESSAGES, SHARDED[0]]],
    ['hears', [null, null], [MESSAGES, /^sockets and rooms: PUBLISH/, SHARDED[1]]],
    ['asks', [1, 0], [MESSAGES]],
    ['asks-classic', [1], [/^sharded Pub\/Sub: PUBSUB/]],
  ] as const) {
    it(`who ${user}, and says what it cannot see`, async () => {
      const report = await inspect(`redis://${user}:secret@${redis.host}:${redis.port}`);
      const shares = report.namespaces.map(({ nodes }) => sharesOf(nodes));
      assert.deepEqual(
        shares,
        sockets.map((count) => [[ALONE, count, count === null ? null : []]]),
      );
      const found = unseen.map((pattern) => report.unseen.filter((what) => pattern?.test(what)).length);
      assert.deepEqual(
        found,
        unseen.map(() => 1),
        report.unseen.join('\n'),
      );
      assert.equal(report.unseen.length, unseen.length, report.unseen.join('\n'));
    });
  }
});

describe('inspect', () => {
  const opened: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.stop();
  });

  async function startNode(adapter: unknown): Promise<void> {
    const node = await startServer(4, adapter);
    opened.push({ stop: () => node.close() });
  }

  it('ends with the exit code 1 when it finds no server, and asks whether the key is right', async () => {
    const redis = await startRedis();
    opened.push(redis);
    await startNode(redisAdapter({ host: redis.host, port: redis.port, key: 'shop' }));
    const { code, out, err } = await runCommand('inspect', redis.url, '--seconds', '0.1');
    assert.deepEqual([code, err], [1, '']);
    assert.match(out, /No server listens/);
    const found = await runCommand('inspect', redis.url, '--seconds', '0.1', '--key', 'shop');
    assert.deepEqual([found.code, found.err], [0, '']);
    assert.match(found.out, /^\/: 1 node, 1 connection\n.*\n.*socket\.io-redis 7 +0 +0$/m);
  });

  describe('that loses Redis, ends with the exit code 2', () => {
    const COMPLAINT = 'There is no Redis to talk to at 127\\.0\\.0\\.1:\\d+: .*\n';

    it('and prints no report of what was', async () => {
      const redis = await startRedis();
      opened.push(redis);
      const looking = runCommand('inspect', redis.url, '--once', '--seconds', '3');
      await eventually(async () => (await patternsOn([redis])) > 0);
      await redis.kill();
      const { code, out, err } = await looking;
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, new RegExp(`^${COMPLAINT}$`));
    });

    for (const [where, env] of [
      ['in a file', ''],
      ['in a terminal', `NODE_OPTIONS='--import=data:text/javascript,process.stdout.isTTY=true'`],
    ] as const) {
      it(`and says so last when it was to go on, ${where}`, async () => {
        const redis = await startRedis();
        opened.push(redis);
        let killed: Promise<void> | undefined;
        const kill = () => {
          killed ??= redis.kill();
        };
        const { code, out } = await runShell(`${env} inspect ${redis.url} --watch --seconds 0.1 2>&1`, kill);
        await killed;
        assert.equal(code, 2);
        assert.equal(out.includes('\x1b[2J'), env !== '');
        assert.match(out, new RegExp(`\n${COMPLAINT}$`));
      });
    }
  });

  for (const [how, interrupted, code, complaint] of [
    ['by itself', false, 2, /^There is no Redis to talk to at .*: no answer within 5 s\n$/],
    ['by Ctrl+C', true, 0, /^$/],
  ] as const) {
    it(`ends ${how} when Redis hangs while it watches`, async () => {
      const redis = await startRedis();
      const pair = await redis6.create(targetOf(redis));
      opened.push(redis, { stop: async () => pair.close() });
      const onlooker = pair.subClient as ReturnType<typeof createClient>;
      const asked = new Promise((resolve) => void onlooker.subscribe('socket.io-request#/#', resolve));
      await onlooker.subscribe('socket.io-response#/#', () => {});
      const { ended, interrupt } = startCommand('inspect', redis.url, '--watch', '--json', '--seconds', '0.1');
      await asked;
      redis.freeze();
      if (interrupted) interrupt();
      const { code: ending, err } = await ended;
      redis.thaw();
      assert.equal(ending, code);
      assert.match(err, complaint);
    });
  }

  it('ends quietly when nobody reads any more', async () => {
    const redis = await startRedis();
    opened.push(redis);
    const script = `{ inspect ${redis.url} --json --watch --seconds 0.1; echo "exit code $?" >&2; } | head -n 1`;
    const { out, err } = await runShell(script);
    assert.match(out, /^\{.*\}\n$/);
    assert.equal(err, 'exit code 0\n');
  });

  it('explains itself', async () => {
    const { code, out } = await runCommand('--help');
    assert.equal(code, 0);
    assert.match(out, /^Usage: socket\.io-redis inspect/);
  });

  it('sees the nodes on all servers of a Redis Cluster, even without HELLO', async () => {
    const cluster = await startRedisCluster({ replicasPerMaster: 0, config: ['rename-command HELLO ""'] });
    opened.push(cluster);
    const kind = clientKinds.find(({ name }) => name === 'redis 5 Cluster') as (typeof clientKinds)[number];
    for (let i = 0; i < 3; i++) {
      const pair = await kind.create(targetOf(cluster));
      opened.push({ stop: () => pair.close() });
      await startNode(redisAdapter(pair.pubClient, pair.subClient));
      await startNode(redisAdapter.createShardedAdapter(pair.pubClient, pair.subClient));
    }
    const [master] = cluster.masters;
    const report = await inspect(`${master?.host}:${master?.port}`);
    assert.equal(report.redis?.mode, 'cluster');
    const three = Array(3).fill(['socket.io-redis 7', 0, []]);
    assert.deepEqual(
      report.namespaces.map(({ pubSub, nodes }) => [pubSub, sharesOf(nodes)]),
      [
        ['classic', three],
        ['sharded', three],
      ],
    );
  });
});
