import { after, before } from 'node:test';
import { type RedisCluster as Redis, startRedisCluster } from '../../tools/redis-cluster';
import { channelsOn } from '../support/channels';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { describeConformance, type Fleet } from './conformance';

let redis: Redis;
before(async () => {
  redis = await startRedisCluster();
});
after(() => redis.stop());

const fleets: Fleet[] = [
  [2, 2, 2],
  [4, 4, 4],
  [2, 4, 2],
  [4, 2, 4],
];
for (const fleet of fleets) {
  for (const kind of clientKinds.filter(({ topology }) => topology === 'cluster')) {
    describeConformance({
      fleet,
      kind,
      target: () => targetOf(redis),
      channels: () => channelsOn(redis.nodes.map(({ server }) => server)),
    });
  }
}
