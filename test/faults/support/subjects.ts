import type { Generation } from '../../support/fleet';
import { clientKinds, type Topology } from '../../support/redis-clients';

/** An adapter over a Redis client: what a fault happens to. */
export interface Subject {
  adapter: 'ours' | '5.3.0' | '8.3.0' | '8.3.0 sharded';
  generation: Generation & (2 | 4);
  /** The name of a client in redis-clients.ts, without the topology; or the client that the adapter makes itself. */
  client: string;
}

export const isOurs = ({ adapter }: Subject): boolean => adapter === 'ours';

export function nameOf({ adapter, generation, client }: Subject): string {
  return `${adapter === 'ours' ? `ours on Socket.IO ${generation}` : adapter}, ${client}`;
}

/** The client that the adapter makes itself: redis 6 with ours, redis 2.8 with 5.3.0. */
export const OWN_CLIENT = 'its own client';

const ours = (generation: 2 | 4, client: string): Subject => ({ adapter: 'ours', generation, client });
const published = (adapter: Subject['adapter'], client: string): Subject => ({
  adapter,
  generation: adapter === '5.3.0' ? 2 : 4,
  client,
});

/** In the order of the table. */
export const SUBJECTS: readonly Subject[] = [
  ours(2, OWN_CLIENT),
  ours(4, OWN_CLIENT),
  ours(4, 'redis 6'),
  ours(4, 'redis 5'),
  ours(4, 'ioredis 6'),
  ours(4, 'ioredis 5'),
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
export function runsOn(topology: Topology, { client, adapter }: Subject): boolean {
  if (client === OWN_CLIENT) return topology === 'standalone';
  // it cannot subscribe on a Cluster of ioredis unless that is made for it, which users of a plain one have not done
  if (adapter === '8.3.0 sharded' && topology === 'cluster') return client.startsWith('redis');
  return clientKinds.some((kind) => kind.topology === topology && kind.name.startsWith(client));
}
