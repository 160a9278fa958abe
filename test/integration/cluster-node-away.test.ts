import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { after, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import { type RedisCluster, type RedisClusterNode, startRedisCluster } from '../../tools/redis-cluster';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { type ServerNode, startServer } from '../support/fleet';
import { type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

interface Member {
  node: ServerNode;
  pair: ClientPair;
}

describe('While a node of the Cluster is away for good', () => {
  let cluster: RedisCluster;
  const ends: (() => unknown)[] = [];

  before(async () => {
    cluster = await startRedisCluster({ replicasPerMaster: 0, config: ['cluster-require-full-coverage no'] });
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
    await cluster.stop();
  });

  async function start(): Promise<Member> {
    const pair = await clientKinds.find(({ name }) => name === 'redis 6 Cluster')?.create(targetOf(cluster));
    assert.ok(pair);
    const { pubClient, subClient, close } = pair;
    const node = await startServer(4, redisAdapter({ pubClient, subClient, requestsTimeout: 10_000 }));
    ends.push(close, () => node.close());
    node.adapter.on('error', () => {});
    await node.connect();
    return { node, pair };
  }

  async function isIdle({ server }: RedisClusterNode): Promise<boolean> {
    return (await channelsOn([server])).length === 0;
  }

  it('a server that crashed is still told from one without a connection, with redis 6 Cluster', async () => {
    const [asking, crashing] = [await start(), await start()];
    await eventually(async () => assert.equal((await asking.node.adapter.clients()).length, 2));
    const idle = await Promise.all(cluster.masters.map(isIdle));
    await cluster.masters[idle.indexOf(true)]?.server.kill();
    // one of the connections fails again and again
    const failing = asking.pair.subClient as unknown as EventEmitter;
    for (let i = 0; i < 10; i++) await once(failing, 'node-error');
    await crashing.pair.close();
    for (let i = 0; i < 2; i++) assert.equal((await asking.node.adapter.clients()).length, 1);
  });
});
