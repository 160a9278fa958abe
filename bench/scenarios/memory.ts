import { subscriptionsRest } from '../measure';
import type { Scenario } from '../scenario';

const SOCKETS = 100;
const ROOMS_EACH = 200;
const REQUESTS = 5000;

export const memory: Scenario = {
  name: 'memory',
  title:
    'Memory of a node (heap and buffers) per idle room with a local socket, and per request that waits for an answer',
  metrics: [
    { name: 'room', unit: 'bytes' },
    { name: 'request', unit: 'bytes' },
  ],
  subjects: ['ours, static', 'ours, dynamic', '8.3.0', '8.3.0 sharded dynamic'],
  more: ['ours, sharded dynamic'],
  targets: [
    { subject: 'ours, static', metric: 'room', ratio: 1 },
    { subject: 'ours, dynamic', metric: 'room', ratio: 1, baseline: '8.3.0 sharded dynamic' },
    { subject: 'ours, static', metric: 'request', ratio: 1 },
  ],
  apart: true,
  async run({ redis, startNode }) {
    const [node, silent] = await Promise.all([startNode(), startNode()]);
    await silent.call('keepSilent');
    await node.call('populate', groups('warm', 1));
    await node.call('leavePending', 100);

    await subscriptionsRest(redis);
    const before = await node.call('memory');
    await node.call('populate', groups('room', SOCKETS));
    await subscriptionsRest(redis);
    const withRooms = await node.call('memory');
    await node.call('leavePending', REQUESTS);
    const withRequests = await node.call('memory');
    const room = (withRooms - before) / (SOCKETS * ROOMS_EACH);
    return [{ room, request: (withRequests - withRooms) / REQUESTS }];
  },
};

function groups(name: string, sockets: number) {
  return Array.from({ length: sockets }, (_, i) => {
    const rooms = Array.from({ length: ROOMS_EACH }, (_, j) => `${name}-${i}-${j}`);
    return { nsp: '/', rooms, count: 1 };
  });
}
