import { eventually } from '../../tools/eventually';
import { sampled, usageOf } from '../measure';
import type { NodeProcess } from '../node-process';
import type { Scenario } from '../scenario';

const NODES = 3;
const SOCKETS = 2000;

export const fetchSockets: Scenario = {
  name: 'fetch-sockets',
  title: 'io.fetchSockets() on one of 3 nodes with 2,000 sockets each (per call; CPU of all three)',
  metrics: [
    { name: 'time', unit: 'ms' },
    { name: 'node CPU', unit: 'ms' },
    { name: 'Redis CPU', unit: 'ms' },
  ],
  subjects: ['ours, static', '8.3.0'],
  more: ['ours, sharded dynamic', '8.3.0 sharded dynamic', 'streams'],
  targets: [
    { subject: 'ours, static', metric: 'time', ratio: 0.6 },
    { subject: 'ours, static', metric: 'node CPU', ratio: 0.6 },
  ],
  async run(context) {
    const { redis, startNode } = context;
    const nodes = await Promise.all(Array.from({ length: NODES }, () => startNode()));
    const [first] = nodes as [NodeProcess];
    await Promise.all(nodes.map((node) => node.call('populate', [{ nsp: '/', rooms: ['lobby'], count: SOCKETS }])));
    await eventually(async () => (await first.call('fetchSockets')).sockets === NODES * SOCKETS);
    return sampled(context, async (duration) => {
      const usage = await usageOf(redis, nodes, () => callFor(first, duration));
      const { calls, milliseconds } = usage.result;
      const cpu = { 'node CPU': usage.nodes / calls / 1000, 'Redis CPU': usage.redis / calls / 1000 };
      return { time: milliseconds / calls, ...cpu };
    });
  },
};

async function callFor(node: NodeProcess, duration: number): Promise<{ calls: number; milliseconds: number }> {
  const end = performance.now() + duration;
  let calls = 0;
  let total = 0;
  while (performance.now() < end) {
    const { milliseconds, sockets } = await node.call('fetchSockets');
    if (sockets !== NODES * SOCKETS) throw new Error(`fetchSockets() gave ${sockets} sockets`);
    calls += 1;
    total += milliseconds;
  }
  return { calls, milliseconds: total };
}
