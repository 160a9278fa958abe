import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import { freePort } from '../../tools/free-port';
import { startRedisCluster } from '../../tools/redis-cluster';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { type ServerNode, startServer } from '../support/fleet';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { inspect, runCommand, sharesOf } from './command';

const LOOK = '+pubsub|channels +pubsub|numsub +pubsub|shardchannels +pubsub|shardnumsub';
const CHANNELS = '&socket.io#/* &socket.io-request#/* &socket.io-response#/*';

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
    await failsWith(/does not permit to look .*NOPERM.*\+pubsub\|channels/, 'inspect', uri('blind:secret@'));
  });

  it('when it is a Sentinel', async () => {
    const config = [`sentinel monitor mymaster ${redis.host} ${redis.port} 2`];
    const sentinel = await startRedis({ mode: 'sentinel', config });
    await failsWith(/This is a Sentinel/, 'inspect', uri('', sentinel));
    await sentinel.stop();
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

  before(async () => {
    redis = await startRedis({
      acl: [
        `looks on >secret resetchannels ${CHANNELS} -@all ${LOOK}`,
        `hears on >secret resetchannels ${CHANNELS} -@all ${LOOK} +psubscribe +punsubscribe +info`,
        `asks on >secret resetchannels ${CHANNELS} -@all ${LOOK} +psubscribe +punsubscribe +info +publish`,
      ],
    });
    node = await startServer(4, redisAdapter({ host: redis.host, port: redis.port }));
    await node.connect();
  });
  after(async () => {
    await node.close();
    await redis.stop();
  });

  const ALONE = 'socket.io-redis 7';
  for (const [user, expected, unseen] of [
    ['looks', [ALONE, null, null], [/whether this is a Redis Cluster/, /messages, sockets and rooms: PSUBSCRIBE/]],
    ['hears', [ALONE, null, null], [/sockets and rooms: PUBLISH/]],
    ['asks', [ALONE, 1, []], []],
  ] as const) {
    it(`${user}, and says what it cannot see: ${unseen.join(' ') || 'nothing'}`, async () => {
      const report = await inspect(`redis://${user}:secret@${redis.host}:${redis.port}`);
      assert.deepEqual(sharesOf(report.namespaces[0]?.nodes), [expected]);
      assert.equal(report.unseen.length, unseen.length, report.unseen.join('\n'));
      for (const [i, pattern] of unseen.entries()) assert.match(report.unseen[i] ?? '', pattern);
    });
  }
});

describe('inspect', () => {
  it('ends with the exit code 1 when it finds no server, and asks whether the key is right', async () => {
    const redis = await startRedis();
    const node = await startServer(4, redisAdapter({ host: redis.host, port: redis.port, key: 'shop' }));
    const { code, out, err } = await runCommand('inspect', redis.url, '--seconds', '0.1');
    assert.deepEqual([code, err], [1, '']);
    assert.match(out, /No server listens/);
    const found = await runCommand('inspect', redis.url, '--seconds', '0.1', '--key', 'shop');
    assert.deepEqual([found.code, found.err], [0, '']);
    assert.match(found.out, /^\/: 1 node, 1 connection\n.*\n.*socket\.io-redis 7 +0 +0$/m);
    await node.close();
    await redis.stop();
  });

  it('explains itself', async () => {
    const { code, out } = await runCommand('--help');
    assert.equal(code, 0);
    assert.match(out, /^Usage: socket\.io-redis inspect/);
  });

  it('sees the nodes on all servers of a Redis Cluster', async () => {
    const cluster = await startRedisCluster({ replicasPerMaster: 0 });
    const kind = clientKinds.find(({ name }) => name === 'redis 6 Cluster');
    const pairs = await Promise.all([1, 2, 3].map(() => kind?.create(targetOf(cluster))));
    const nodes = await Promise.all(
      pairs.map((pair) => startServer(4, redisAdapter(pair?.pubClient as never, pair?.subClient))),
    );
    const [master] = cluster.masters;
    const report = await inspect(`${master?.host}:${master?.port}`);
    assert.equal(report.redis?.mode, 'cluster');
    assert.deepEqual(sharesOf(report.namespaces[0]?.nodes), Array(3).fill(['socket.io-redis 7', 0, []]));
    await Promise.all(nodes.map((node) => node.close()));
    await Promise.all(pairs.map((pair) => pair?.close()));
    await cluster.stop();
  });
});
