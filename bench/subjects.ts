import type { ClientName, ClientPair } from './clients';

/** What is compared. */

export type SubjectName =
  | 'raw client'
  | 'ours, static'
  | 'ours, dynamic'
  | 'ours, sharded static'
  | 'ours, sharded dynamic'
  | 'ours on Socket.IO 2'
  | '8.3.0'
  | '8.3.0 sharded static'
  | '8.3.0 sharded dynamic'
  | '5.3.0 on Socket.IO 2'
  | 'streams';

export interface Subject {
  /** The package, as it is installed here; ours when there is none. */
  library?: string;
  /** The generation of Socket.IO. Default: 4. */
  generation?: 2 | 4;
  /** What it is compared with. */
  baseline?: SubjectName;
  /** The clients that it works with. Default: all. */
  clients?: readonly ClientName[];
  /** What `io.adapter()` takes; none for a subject that is no adapter. */
  adapter?(clients: ClientPair): unknown;
}

/** Something that a subject does not offer. */
export class UnsupportedError extends Error {}

/** Long enough for no request to time out within a measurement, in ms. */
const requestsTimeout = 60_000;
const IOREDIS: readonly ClientName[] = ['ioredis 5', 'ioredis 6'];

export const subjects: Record<SubjectName, Subject> = {
  'raw client': { baseline: '8.3.0' },
  'ours, static': { baseline: '8.3.0', adapter: (clients) => ours(clients, 'static') },
  'ours, dynamic': { baseline: '8.3.0', adapter: (clients) => ours(clients, 'dynamic') },
  'ours, sharded static': { baseline: '8.3.0 sharded static', adapter: (clients) => oursSharded(clients, 'static') },
  'ours, sharded dynamic': { baseline: '8.3.0 sharded dynamic', adapter: (clients) => oursSharded(clients, 'dynamic') },
  'ours on Socket.IO 2': {
    generation: 2,
    baseline: '5.3.0 on Socket.IO 2',
    clients: IOREDIS,
    adapter: (clients) => ours(clients, 'static'),
  },
  '8.3.0': {
    library: '@socket.io/redis-adapter',
    adapter: ({ pubClient, subClient }) => published8().createAdapter(pubClient, subClient, { requestsTimeout }),
  },
  '8.3.0 sharded static': {
    library: '@socket.io/redis-adapter',
    baseline: '8.3.0',
    adapter: (clients) => publishedSharded(clients, 'static'),
  },
  '8.3.0 sharded dynamic': {
    library: '@socket.io/redis-adapter',
    baseline: '8.3.0',
    adapter: (clients) => publishedSharded(clients, 'dynamic'),
  },
  '5.3.0 on Socket.IO 2': {
    library: 'socket.io-redis-5',
    generation: 2,
    clients: IOREDIS,
    adapter: ({ pubClient, subClient }) => published5()({ pubClient, subClient, requestsTimeout }),
  },
  streams: {
    library: '@socket.io/redis-streams-adapter',
    baseline: '8.3.0',
    adapter: ({ pubClient }) => publishedStreams().createAdapter(pubClient, {}),
  },
};

// each process loads the one adapter that it uses
const published8 = (): typeof import('@socket.io/redis-adapter') => require('@socket.io/redis-adapter');
const published5 = (): typeof import('socket.io-redis-5') => require('socket.io-redis-5');
const publishedStreams = (): typeof import('@socket.io/redis-streams-adapter') =>
  require('@socket.io/redis-streams-adapter');
const own = (): typeof import('../src/index') => require('../src/index');

function publishedSharded({ pubClient, subClient }: ClientPair, subscriptionMode: 'static' | 'dynamic'): unknown {
  return published8().createShardedAdapter(pubClient, subClient, { subscriptionMode });
}

function ours({ pubClient, subClient }: ClientPair, subscriptionMode: 'static' | 'dynamic'): unknown {
  return own()(pubClient, subClient, { requestsTimeout, subscriptionMode });
}

function oursSharded({ pubClient, subClient }: ClientPair, subscriptionMode: 'static' | 'dynamic'): unknown {
  return own().createShardedAdapter(pubClient, subClient, { requestsTimeout, subscriptionMode });
}
