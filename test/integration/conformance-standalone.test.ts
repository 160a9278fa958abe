import { after, before } from 'node:test';
import { type RedisServer as Redis, startRedis } from '../../tools/redis-server';
import { channelsOn } from '../support/channels';
import { targetOf } from '../support/redis-target';
import { CLASSIC, classic, describeTopology, SHARDED } from './conformance';

let redis: Redis;
before(async () => {
  redis = await startRedis();
});
after(() => redis.stop());

describeTopology('standalone', [...CLASSIC, ...SHARDED, classic('', [[4.3, 4.3, 2]], ['static'])], {
  target: () => targetOf(redis),
  channels: () => channelsOn([redis]),
});
