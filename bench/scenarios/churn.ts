import { eventually } from '../../tools/eventually';
import { countChannels, sampled, usageOf } from '../measure';
import type { Scenario } from '../scenario';

const SOCKETS = 3000;
/** Fewer and longer samples than elsewhere: Redis does a little while nothing happens, and subscriptions linger for a second. */
const TIMES = 3;
const DURATION = 400;

/** Milliseconds until Redis is asked for its channels again: rarely, since that costs it something too. */
const EVERY = 400;

export const churn: Scenario = {
  name: 'churn',
  title: '3,000 sockets come, join 2 rooms and go (CPU per socket)',
  metrics: [
    { name: 'node CPU', unit: 'µs' },
    { name: 'Redis CPU', unit: 'µs' },
  ],
  subjects: ['ours, static', 'ours, dynamic', '8.3.0', '8.3.0 sharded dynamic'],
  more: ['ours, sharded dynamic'],
  targets: [
    { subject: 'ours, static', metric: 'node CPU', ratio: 1 },
    { subject: 'ours, dynamic', metric: 'node CPU', ratio: 1, baseline: '8.3.0 sharded dynamic' },
    { subject: 'ours, dynamic', metric: 'Redis CPU', ratio: 1, baseline: '8.3.0 sharded dynamic' },
    { subject: 'ours, sharded dynamic', metric: 'node CPU', ratio: 1 },
  ],
  async run(context) {
    const { redis, startNode } = context;
    const node = await startNode();
    await node.call('churn', 1);
    const idle = await countChannels(redis);

    async function work(milliseconds: number): Promise<number> {
      const end = performance.now() + milliseconds;
      let sockets = 0;
      while (performance.now() < end) {
        await node.call('churn', SOCKETS);
        sockets += SOCKETS;
      }
      await eventually(async () => (await countChannels(redis)) <= idle, { every: EVERY });
      return sockets;
    }

    return sampled({ ...context, duration: DURATION, times: TIMES }, async (milliseconds) => {
      const { nodes, redis: server, result } = await usageOf(redis, [node], () => work(milliseconds));
      return { 'node CPU': nodes / result, 'Redis CPU': server / result };
    });
  },
};
