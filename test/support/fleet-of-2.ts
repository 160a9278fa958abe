import redisAdapter = require('../../src/index');

import type { RedisServer } from '../../tools/redis-server';
import { type ServerNode, startServer2 } from './fleet-2';

/** Starts Socket.IO 2 servers with clients that the adapter makes itself. */
export async function startServers2(
  count: number,
  redis: RedisServer,
  options: redisAdapter.RedisAdapterOptions = {},
): Promise<ServerNode[]> {
  const { host, port } = redis;
  return Promise.all(Array.from({ length: count }, () => startServer2(redisAdapter({ host, port, ...options }))));
}
