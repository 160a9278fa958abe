import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { canConnectAnew, type NodeRedisCluster } from '../../src/redis/node-redis-cluster';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { eventually } from '../support/eventually';
import { type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

interface Cluster extends NodeRedisCluster {
  readonly masters: readonly { address: string; client?: { isReady: boolean } }[];
}

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

  it('is not thought to be able to connect anew while the node that could tell is frozen', async () => {
    pair = await clientKinds.find(({ name }) => name === 'redis 6 Cluster')?.create(targetOf(redis));
    const cluster = pair?.pubClient as unknown as Cluster;
    assert.equal(await canConnectAnew(cluster), true);
    const [killed, ...others] = redis.masters;
    await killed?.server.kill();
    await eventually(() => cluster.masters.some(({ client }) => client?.isReady === false));
    for (const { server } of others) server.freeze();
    await eventually(async () => assert.equal(await canConnectAnew(cluster), false));
  });
});
