import { after, before } from 'node:test';
import { type RedisSentinel as Redis, startRedisSentinel } from '../../tools/redis-sentinel';
import { channelsOn } from '../support/channels';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { describeConformance2 } from './conformance-2';

let redis: Redis;
before(async () => {
  redis = await startRedisSentinel();
});
after(() => redis.stop());

for (const kind of clientKinds.filter(({ topology }) => topology === 'sentinel')) {
  describeConformance2(
    kind,
    () => targetOf(redis),
    () => channelsOn([redis.master]),
  );
}
