import type { Generation } from '../../support/fleet';
import { clientKinds, type Topology } from '../../support/redis-clients';

/** An adapter over a Redis client: what a fault happens to. */
export interface Subject {
  adapter: 'ours' | 'ours dynamic' | 'ours sharded' | '5.3.0' | '8.3.0' | '8.3.0 sharded';
  generation: Generation & (2 | 4);
  /** The name of a client in redis-clients.ts, without the topology; or the client that the adapter makes itself. */
  client: string;
}

export const isOurs = ({ adapter }: Subject): boolean => adapter.startsWith('ours');

/** Whether it counts what it misses: where each room has a channel, a node does not hear of all messages. */
export const countsMissed = ({ adapter }: Subject): boolean => adapter === 'ours';

export const isSharded = ({ adapter }: Subject): boolean => adapter.endsWith('sharded');

/** Whether each room has a channel of its own, and no pattern is needed. */
export const hasChannelPerRoom = (subject: Subject): boolean =>
  isSharded(subject) || subject.adapter === 'ours dynamic';

export function nameOf({ adapter, generation, client }: Subject): string {
  return `${adapter.startsWith('ours') ? `${adapter} on Socket.IO ${generation}` : adapter}, ${client}`;
}

/** The client that the adapter makes itself: redis 6 with ours, redis 2.8 with 5.3.0. */
export const OWN_CLIENT = 'its own client';

const ours = (generation: 2 | 4, client: string, mode?: 'dynamic' | 'sharded'): Subject => ({
  adapter: mode ? `ours ${mode}` : 'ours',
  generation,
  client,
});
const published = (adapter: Subject['adapter'], client: string): Subject => ({
  adapter,
  generation: adapter === '5.3.0' ? 2 : 4,
  client,
});

/** In the order of the table. */
export const SUBJECTS: readonly Subject[] = [
  ours(2, OWN_CLIENT),
  ours(2, 'redis 3'),
  ours(4, OWN_CLIENT),
  ours(4, 'redis 6'),
  ours(4, 'redis 5'),
  ours(4, 'ioredis 6'),
  ours(4, 'ioredis 5'),
  ours(4, 'redis 5', 'dynamic'),
  ours(4, 'ioredis 6', 'dynamic'),
  ours(4, 'redis 6', 'sharded'),
  ours(4, 'ioredis 6', 'sharded'),
  published('5.3.0', OWN_CLIENT),
  published('5.3.0', 'ioredis 5'),
  published('8.3.0', 'redis 6'),
  published('8.3.0', 'redis 5'),
  published('8.3.0', 'ioredis 6'),
  published('8.3.0', 'ioredis 5'),
  published('8.3.0 sharded', 'redis 6'),
  published('8.3.0 sharded', 'ioredis 5'),
];

/** Whether the subject's client exists for a topology. */
export function runsOn(topology: Topology, subject: Subject): boolean {
  const { client } = subject;
  if (client === OWN_CLIENT) return topology === 'standalone';
  // neither can subscribe on a Cluster of ioredis unless that is made for it, which users of a plain one have not done
  if (isSharded(subject) && topology === 'cluster') return client.startsWith('redis');
  return clientKinds.some((kind) => kind.topology === topology && kind.name.startsWith(client));
}
