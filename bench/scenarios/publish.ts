import { sampled, usageOf } from '../measure';
import { ROOM } from '../protocol';
import type { Scenario } from '../scenario';

export const publish: Scenario = {
  name: 'publish',
  title: 'A node publishes to a room with one local socket, its own echo included (CPU per message)',
  metrics: [
    { name: 'node CPU', unit: 'µs' },
    { name: 'Redis CPU', unit: 'µs' },
  ],
  subjects: ['raw client', 'ours, static', 'ours, dynamic', '8.3.0'],
  more: ['ours, sharded dynamic', '8.3.0 sharded dynamic', 'streams', 'ours on Socket.IO 2', '5.3.0 on Socket.IO 2'],
  targets: [
    { subject: 'ours, static', metric: 'node CPU', ratio: 0.45, clients: 'ioredis' },
    { subject: 'ours, static', metric: 'Redis CPU', ratio: 0.25, clients: 'ioredis' },
    { subject: 'ours, static', metric: 'node CPU', ratio: 0.75, clients: 'redis' },
  ],
  async run(context) {
    const { subject, redis, traffic, startNode } = context;
    const [, channel = '', bytes = ''] = (await traffic.of(subject)).room;
    const payload = Buffer.from(bytes, 'latin1').toString('base64');
    const node = await startNode({ message: { channel, payload } });
    await node.call('populate', [{ nsp: '/', rooms: [ROOM], count: 1 }]);
    return sampled(context, async (milliseconds) => {
      const { nodes, redis: server, result } = await usageOf(redis, [node], () => node.call('publish', milliseconds));
      return { 'node CPU': nodes / result, 'Redis CPU': server / result };
    });
  },
};
