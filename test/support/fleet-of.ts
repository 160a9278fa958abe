import redisAdapter = require('../../src/index');

import type { RedisServer } from '../../tools/redis-server';
import { type Generation, type ServerNode, startServer } from './fleet';

/** Starts servers with clients that the adapter makes itself. */
export async function startServers(
  generation: Generation,
  count: number,
  redis: RedisServer,
  options: redisAdapter.RedisAdapterOptions = {},
): Promise<ServerNode[]> {
  const { host, port } = redis;
  return Promise.all(
    Array.from({ length: count }, () => startServer(generation, redisAdapter({ host, port, ...options }))),
  );
}
