import { ROOM } from '../protocol';
import type { Context, Sample, Scenario } from '../scenario';
import type { SubjectName } from '../subjects';
import { MANY_NSPS, readdress } from '../traffic';
import { barrierGroup, receive } from './receiving';

const metrics = [
  { name: 'node CPU', unit: 'µs' },
  { name: 'Redis CPU', unit: 'µs' },
] as const;

const receivers: readonly SubjectName[] = ['raw client', 'ours, static', 'ours, dynamic', '8.3.0'];
const sharded: readonly SubjectName[] = ['ours, sharded dynamic', '8.3.0 sharded dynamic'];
const onSocketIo2: readonly SubjectName[] = ['ours on Socket.IO 2', '5.3.0 on Socket.IO 2'];

export const receiveRoom: Scenario = {
  name: 'receive-room',
  title: 'A node receives a broadcast for a room with 10 local sockets (CPU per message)',
  metrics,
  subjects: receivers,
  more: [...sharded, 'streams', ...onSocketIo2],
  targets: [
    { subject: 'ours, static', metric: 'node CPU', ratio: 0.65 },
    { subject: 'ours, dynamic', metric: 'node CPU', ratio: 0.65 },
  ],
  run: (context) => receiveIn(context, ['/'], 10),
};

export const receiveForeign: Scenario = {
  name: 'receive-foreign',
  title: 'A node receives a broadcast for a room that none of its sockets is in (CPU per message)',
  metrics,
  subjects: receivers,
  targets: [
    { subject: 'ours, static', metric: 'node CPU', ratio: 1 },
    { subject: 'ours, dynamic', metric: 'node CPU', ratio: 0.05 },
  ],
  run: (context) => receiveIn(context, ['/'], 0, FOREIGN_BURST),
};

export const namespaces: Scenario = {
  name: 'namespaces',
  title:
    'A node with 1,000 namespaces receives a broadcast for a room with a local socket of each in turn (CPU per message)',
  metrics,
  subjects: receivers.filter((name) => name !== 'raw client'),
  targets: [
    { subject: 'ours, static', metric: 'node CPU', ratio: 0.08, clients: 'ioredis' },
    { subject: 'ours, static', metric: 'node CPU', ratio: 0.5, clients: 'redis' },
    { subject: 'ours, static', metric: 'Redis CPU', ratio: 0.2 },
  ],
  run: (context) => receiveIn({ ...context, ...LONG }, MANY_NSPS, 1),
};

/**
 * Fewer and longer samples than elsewhere: at the beginning of each, what 1,000 namespaces take of memory has to come into the caches
 * again, after the turns of others; in a server, it is there.
 */
const LONG = { duration: 400, times: 4 };

/** So many that what ends a burst does not count, where next to nothing is to be done for the rest of it. */
const FOREIGN_BURST = 10_000;

/** @param sockets - how many are in the room of each namespace */
async function receiveIn(
  context: Context & { times?: number },
  nsps: readonly string[],
  sockets: number,
  burst?: number,
): Promise<Sample[]> {
  const { room, barrier } = await context.traffic.of(context.subject, nsps[0]);
  const node = await context.startNode({ nsps });
  const rooms = nsps.map((nsp) => ({ nsp, rooms: [ROOM], count: sockets }));
  await node.call('populate', [...rooms, barrierGroup(nsps[0] as string)]);
  const messages = nsps.map((nsp) => readdress(room, nsps[0] as string, nsp));
  return receive(context, { nodes: [node], messages, barrier, ...(burst === undefined ? {} : { burst }) });
}
