import { Redis as Ioredis, Cluster as IoredisCluster } from 'ioredis';
import Ioredis4 from 'ioredis-4';
import { Redis as Ioredis5, Cluster as IoredisCluster5 } from 'ioredis-5';
import * as redis6 from 'redis';
import * as redis2 from 'redis-2';
import * as redis3 from 'redis-3';
import * as redis4 from 'redis-4';
import * as redis5 from 'redis-5';
import type { Adapter } from 'socket.io-adapter';

import redisAdapter = require('../../src/index');

/** Not run, but compiled: every supported client's own type is a `RedisClient`, and what is none is not. */
export function clients(): redisAdapter.RedisClient[] {
  return [
    redis2.createClient(),
    redis3.createClient(),
    redis4.createClient(),
    redis4.createCluster({ rootNodes: [] }),
    redis5.createClient(),
    redis5.createCluster({ rootNodes: [] }),
    redis5.createSentinel({ name: '', sentinelRootNodes: [] }),
    redis6.createClient(),
    redis6.createClient({ RESP: 2 }),
    redis6.createCluster({ rootNodes: [] }),
    redis6.createSentinel({ name: '', sentinelRootNodes: [] }),
    new Ioredis4(),
    new Ioredis4.Cluster([]),
    new Ioredis5(),
    new IoredisCluster5([]),
    new Ioredis(),
    new IoredisCluster([]),
  ];
}

export function refused(): void {
  // @ts-expect-error -- not a client
  redisAdapter({ pubClient: new Map() });
  // @ts-expect-error -- not a number
  redisAdapter({ requestsTimeout: '5000' });
  // @ts-expect-error -- not an option
  redisAdapter({ requestTimeout: 5000 });
}

/** The forms of all releases, and what they give. */
export function forms(client: redisAdapter.RedisClient): ((nsp: object) => Adapter)[] {
  return [
    redisAdapter('localhost:6379'),
    redisAdapter({ host: 'localhost', port: 6379 }),
    redisAdapter.createAdapter(client, client),
    redisAdapter.createAdapter(client, client, { key: 'x', publishOnSpecificResponseChannel: true }),
    redisAdapter.createAdapter({ pubClient: client, subClient: client }),
    redisAdapter.createAdapter(client),
  ];
}

export async function api(adapter: Adapter): Promise<unknown[]> {
  const { clients, clientRooms, customRequest, countSockets } = adapter as redisAdapter.RedisAdapter;
  const results: [string[], string[], unknown[], number] = [
    await clients(['room']),
    await clientRooms('id'),
    await customRequest({}),
    await countSockets({ rooms: ['room'] }),
  ];
  return results;
}
