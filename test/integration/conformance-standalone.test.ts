import { after, before } from 'node:test';
import { type RedisServer as Redis, startRedis } from '../../tools/redis-server';
import { channelsOn } from '../support/channels';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { describeConformance, type Fleet } from './conformance';

let redis: Redis;
before(async () => {
  redis = await startRedis();
});
after(() => redis.stop());

const fleets: Fleet[] = [
  [2, 2, 2],
  [4, 4, 4],
  [2, 4, 2],
  [4, 2, 4],
  [4.3, 4.3, 2],
];
for (const fleet of fleets) {
  for (const kind of clientKinds.filter(({ topology }) => topology === 'standalone')) {
    describeConformance({
      fleet,
      kind,
      target: () => targetOf(redis),
      channels: () => channelsOn([redis]),
    });
  }
}
