import { after, before } from 'node:test';
import { type RedisCluster as Redis, startRedisCluster } from '../../tools/redis-cluster';
import { channelsOn } from '../support/channels';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { describeConformance2 } from './conformance-2';

let redis: Redis;
before(async () => {
  redis = await startRedisCluster();
});
after(() => redis.stop());

for (const kind of clientKinds.filter(({ topology }) => topology === 'cluster')) {
  describeConformance2(
    kind,
    () => targetOf(redis),
    () => channelsOn(redis.nodes.map(({ server }) => server)),
  );
}
