import { after, before } from 'node:test';
import { type RedisServer as Redis, startRedis } from '../../tools/redis-server';
import { channelsOn } from '../support/channels';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { describeConformance2 } from './conformance-2';

let redis: Redis;
before(async () => {
  redis = await startRedis();
});
after(() => redis.stop());

for (const kind of clientKinds.filter(({ topology }) => topology === 'standalone')) {
  describeConformance2(
    kind,
    () => targetOf(redis),
    () => channelsOn([redis]),
  );
}
