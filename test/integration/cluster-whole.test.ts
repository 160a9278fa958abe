import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Redis, { type Cluster } from 'ioredis';
import * as redis6 from 'redis';
import * as redis4 from 'redis-4';
import * as redis5 from 'redis-5';

import { DRIVERS } from '../../src/redis/clients';
import type { NodeRedisCluster } from '../../src/redis/node-redis-cluster';
import { canConnectAnew } from '../../src/redis/node-redis-each-node';
import { type RedisCluster, type RedisClusterNode, startRedisCluster } from '../../tools/redis-cluster';
import { eventually } from '../support/eventually';
import { type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

const kinds = clientKinds.filter(({ topology }) => topology === 'cluster');

// the connections to it stay, and what it is asked is never answered
describe('A Cluster of which a master hangs', () => {
  let redis: RedisCluster;
  let subscriber: Redis;
  const pairs = new Map<string, ClientPair>();

  before(async () => {
    redis = await startRedisCluster();
    for (const kind of kinds) pairs.set(kind.name, await kind.create(targetOf(redis)));
    const [hanging, other] = redis.masters as [RedisClusterNode, RedisClusterNode];
    subscriber = new Redis(other.port, other.host);
    await subscriber.subscribe('x');
    for (const [name] of pairs) assert.deepEqual(await count(name), [1]);
    hanging.server.freeze();
  });
  after(async () => {
    for (const { server } of redis.nodes) server.thaw();
    subscriber.disconnect();
    await Promise.all([...pairs.values()].map((pair) => pair.close()));
    await redis.stop();
  });

  /** @returns undefined when that takes long */
  function count(name: string): Promise<number[] | undefined> {
    const { pubClient } = pairs.get(name) as ClientPair;
    const counted = DRIVERS.classic.publisherOf(pubClient).countSubscribers(['x']);
    return Promise.race([counted, new Promise<undefined>((resolve) => setTimeout(resolve, 3000, undefined))]);
  }

  for (const { name } of kinds) {
    it(`counts those who listen to the others, with ${name}`, async () => {
      // what was asked before the Cluster gave it up is not answered: whoever waits asks again
      await eventually(async () => assert.deepEqual(await count(name), [1]), { within: 20_000 });
      // who is asked for the others is left to chance
      for (let i = 0; i < 5; i++) assert.deepEqual(await count(name), [1]);
    });
  }
});

describe('A Cluster with a master that the client does not know of', () => {
  let redis: RedisCluster;
  let subscriber: Redis | undefined;
  const pairs: ClientPair[] = [];

  before(async () => {
    redis = await startRedisCluster();
  });
  after(async () => {
    subscriber?.disconnect();
    await Promise.all(pairs.map((pair) => pair.close()));
    await redis.stop();
  });

  for (const kind of kinds.filter(({ family }) => family === 'ioredis')) {
    // as after several failovers: a master that has been away is forgotten, and nothing tells the client to look again
    it(`counts those who listen to it, with ${kind.name}`, async () => {
      const pair = await kind.create(targetOf(redis));
      pairs.push(pair);
      const [master] = redis.masters as [RedisClusterNode];
      subscriber ??= new Redis(master.port, master.host);
      await subscriber.subscribe('x');
      const cluster = pair.pubClient as unknown as Cluster;
      const nodes = (role: 'all') => cluster.nodes(role).filter(({ options: { port } }) => port !== master.port);
      const unaware = Object.create(cluster, { nodes: { value: nodes } });
      assert.deepEqual(await DRIVERS.classic.publisherOf(unaware).countSubscribers(['x']), [1]);
    });
  }
});

describe('A Cluster that has lost a master', () => {
  let redis: RedisCluster;
  let pair: ClientPair | undefined;

  before(async () => {
    redis = await startRedisCluster();
  });
  after(async () => {
    for (const { server } of redis.nodes) server.thaw();
    await pair?.close();
    await redis.stop();
  });

  it('is not thought to be able to connect anew while the nodes that could tell are frozen', async () => {
    pair = await kinds.find(({ name }) => name === 'redis 6 Cluster')?.create(targetOf(redis));
    const cluster = pair?.pubClient as unknown as NodeRedisCluster;
    assert.equal(await canConnectAnew(cluster), true);
    const [killed, ...others] = redis.masters;
    await killed?.server.kill();
    await eventually(() =>
      cluster.masters.some(({ client }) => client && 'isReady' in client && client.isReady === false),
    );
    for (const { server } of others) server.freeze();
    await eventually(async () => assert.equal(await canConnectAnew(cluster), false));
  });
});

describe('A Cluster whose nodes only the client knows where to find', () => {
  let redis: RedisCluster;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedisCluster({ replicasPerMaster: 0 });
  });
  after(async () => {
    for (const end of toEnd) await end();
    await redis.stop();
  });

  const libraries = { 4: redis4.createCluster, 5: redis5.createCluster, 6: redis6.createCluster };
  for (const [version, createCluster] of Object.entries(libraries)) {
    it(`counts those who listen to a node that it has not connected to yet, with redis ${version} Cluster`, async () => {
      const cluster = (createCluster as typeof redis6.createCluster)({
        rootNodes: redis.nodes.map(({ host, port }) => ({ socket: { host, port } })),
        minimizeConnections: true,
        nodeAddressMap: (address) => ({ host: 'localhost', port: Number(address.split(':')[1]) }),
      });
      cluster.on('error', () => {});
      await cluster.connect();
      toEnd.push(() => (cluster.destroy ?? cluster.disconnect).call(cluster));
      const subscribers = redis.nodes.map(({ host, port }) => new Redis(port, host));
      toEnd.push(() => subscribers.map((subscriber) => subscriber.disconnect()));
      const channel = `x${version}`;
      await Promise.all(subscribers.map((subscriber) => subscriber.subscribe(channel)));
      assert.deepEqual(await DRIVERS.classic.publisherOf(cluster).countSubscribers([channel]), [3]);
    });
  }
});
