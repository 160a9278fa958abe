import { setTimeout as delay } from 'node:timers/promises';
import { fault } from '../support/fault';
import { mustHaveRecovered, underLoad } from '../support/load';

function redisKilled(name: string, outage: number, long: boolean) {
  return fault({
    name,
    long,
    async run(stage) {
      const redis = await stage.redis();
      const happen = async () => {
        await redis.kill();
        await delay(outage);
        await redis.restart();
      };
      return underLoad(stage, redis, happen, { errorListeners: false });
    },
    mustHold: mustHaveRecovered,
  });
}

export const redisRestarted = redisKilled('Redis killed with -9 and back after 1 s, no error listener', 1_000, false);

export const longOutage = redisKilled('Redis killed with -9 and back after 15 s, no error listener', 15_000, true);
