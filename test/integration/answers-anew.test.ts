import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { answersAnew } from '../../src/redis/client-life';
import { startRedisCluster } from '../../tools/redis-cluster';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { SilencingProxy } from '../faults/support/proxy';
import { eventually } from '../support/eventually';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

/** How many connections clients have to it. */
async function connectionsTo(server: RedisServer): Promise<number> {
  const clients = (await server.command('CLIENT', 'LIST')).split('\n');
  // without those of other nodes, and the one that asks
  return clients.filter((client) => /cmd=/.test(client) && !/flags=[MS]|redis\.sock/.test(client)).length;
}

describe('Whether Redis answers on a new connection', () => {
  let redis: RedisServer;

  before(async () => {
    redis = await startRedis({ tls: true });
  });
  after(() => redis.stop());

  for (const kind of clientKinds.filter(({ topology }) => topology === 'standalone')) {
    it(`is found out, and leaves none behind, though the TLS handshake is answered late, with ${kind.name}`, async (t) => {
      const proxy = await SilencingProxy.start(redis);
      t.after(() => proxy.close());
      const target = { ...targetOf(redis), nodes: [{ host: proxy.host, port: proxy.port }] } as const;
      const { pubClient, close } = await kind.create(target);
      t.after(close);
      const ask = () => answersAnew(pubClient, async (copy) => copy.publish(...(['channel', 'message'] as never[])));
      assert.equal(await ask(), true);
      const onlyThePair = () => eventually(() => assert.equal(proxy.size, 2));
      await onlyThePair();
      proxy.hold();
      assert.equal(await ask(), false);
      assert.equal(proxy.size, 3);
      proxy.release();
      await onlyThePair();
    });
  }

  it('is found out, and leaves none behind, though the nodes answer late, with a Cluster of redis 4, 5 and 6', async (t) => {
    const cluster = await startRedisCluster({ replicasPerMaster: 0 });
    t.after(() => cluster.stop());
    const servers = cluster.nodes.map(({ server }) => server);
    const kinds = clientKinds.filter(({ name }) => /^redis \d Cluster$/.test(name));
    const pairs = await Promise.all(kinds.map((kind) => kind.create(targetOf(cluster))));
    t.after(() => Promise.all(pairs.map((pair) => pair.close())));
    const connections = () => Promise.all(servers.map(connectionsTo));
    const ofThePairs = await connections();
    for (const server of servers) server.freeze();
    const answers = await Promise.all(pairs.map(({ pubClient }) => answersAnew(pubClient, async () => {})));
    assert.deepEqual(answers, [false, false, false]);
    // until they would be ended
    await delay(5000);
    for (const server of servers) server.thaw();
    await cluster.settled();
    await eventually(async () => assert.deepEqual(await connections(), ofThePairs));
  });
});
