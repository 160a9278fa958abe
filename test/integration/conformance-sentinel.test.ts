import { after, before } from 'node:test';
import { type RedisSentinel as Redis, startRedisSentinel } from '../../tools/redis-sentinel';
import { channelsOn } from '../support/channels';
import { targetOf } from '../support/redis-target';
import { CLASSIC, describeTopology, SHARDED } from './conformance';

let redis: Redis;
before(async () => {
  redis = await startRedisSentinel();
});
after(() => redis.stop());

describeTopology('sentinel', [...CLASSIC, ...SHARDED], {
  target: () => targetOf(redis),
  channels: () => channelsOn([redis.master]),
});
