import { ROOM, type SocketGroup } from '../protocol';
import type { Scenario } from '../scenario';
import { readdress } from '../traffic';
import { barrierGroup, receive } from './receiving';

const ROOMS = 1000;

export const scale: Scenario = {
  name: 'scale',
  title: '1,000 rooms with a socket on each of two nodes; a message to each room in turn (per message)',
  metrics: [
    { name: 'received', unit: '%' },
    { name: 'node CPU', unit: 'µs' },
    { name: 'Redis CPU', unit: 'µs' },
  ],
  subjects: ['ours, static', 'ours, dynamic', '8.3.0', '8.3.0 sharded dynamic'],
  more: ['ours, sharded dynamic'],
  targets: [{ subject: 'ours, dynamic', metric: 'received', ratio: 1, baseline: '8.3.0 sharded dynamic' }],
  sizes: { full: [2, 5, 20], quick: [2, 5], unit: 'nodes' },
  oneClient: true,
  apart: true,
  async run(context) {
    const { subject, size, traffic, startNode } = context;
    const { room, barrier } = await traffic.of(subject);
    const nodes = await Promise.all(Array.from({ length: size }, () => startNode()));
    await Promise.all(nodes.map((node, i) => node.call('populate', groupsOf(i, size))));
    const messages = roomNames.map((name) => readdress(room, ROOM, name));
    return receive(context, { nodes, messages, barrier });
  },
};

const roomNames = Array.from({ length: ROOMS }, (_, i) => `room-${String(i).padStart(4, '0')}`);

/** Each room is on the node of its number, and on another one. */
function groupsOf(node: number, nodes: number): SocketGroup[] {
  const rooms = roomNames.filter((_, i) => node === i % nodes || node === secondNode(i, nodes));
  return [...rooms.map((room) => ({ nsp: '/', rooms: [room], count: 1 })), barrierGroup('/')];
}

function secondNode(room: number, nodes: number): number {
  return (room + 1 + (Math.floor(room / nodes) % (nodes - 1))) % nodes;
}
