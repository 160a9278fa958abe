import { after, before } from 'node:test';
import { type RedisCluster as Redis, startRedisCluster } from '../../tools/redis-cluster';
import { channelsOn } from '../support/channels';
import { targetOf } from '../support/redis-target';
import { CLASSIC, describeTopology, SHARDED_STATIC } from './conformance';

let redis: Redis;
before(async () => {
  redis = await startRedisCluster();
});
after(() => redis.stop());

describeTopology('cluster', [...CLASSIC, SHARDED_STATIC], {
  target: () => targetOf(redis),
  channels: () => channelsOn(redis.nodes.map(({ server }) => server)),
});
