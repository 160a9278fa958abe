import { setTimeout as delay } from 'node:timers/promises';
import { fault } from '../support/fault';
import { mustHaveRecovered, underLoad } from '../support/load';

const TIMES = 10;

export const connectionsKilled = fault({
  name: 'all connections to Redis killed, 10 times',
  async run(stage) {
    const redis = await stage.redis();
    return underLoad(stage, redis, async () => {
      for (let i = 0; i < TIMES; i++) {
        for (const type of ['normal', 'pubsub']) await redis.command('CLIENT', 'KILL', 'TYPE', type);
        await delay(250);
      }
    });
  },
  mustHold: mustHaveRecovered,
});
