import type { RedisCluster } from '../../tools/redis-cluster.js';
import type { RedisSentinel } from '../../tools/redis-sentinel.js';
import type { RedisServer } from '../../tools/redis-server.js';

/** Where clients connect to, and as whom. */
export interface Target {
  /** The server; or some nodes of the cluster; or the Sentinels. Never empty. */
  nodes: readonly [Address, ...Address[]];
  /** What the Sentinels call the master. */
  name?: string;
  username?: string;
  password?: string;
  tls?: { ca: string };
  /** Whether the clients have been ended. */
  isOver?: () => boolean;
}

interface Address {
  host: string;
  port: number;
}

/** How to reach what the tools have started. */
export function targetOf(
  redis: RedisServer | RedisCluster | RedisSentinel,
  login: { username?: string; password?: string } = {},
): Target {
  if ('sentinels' in redis) return { nodes: addresses(redis.sentinels), name: redis.name, ...login };
  if ('nodes' in redis) return { nodes: addresses(redis.nodes), ...login };
  const password = redis.password ? { password: redis.password } : {};
  return { nodes: addresses([redis]), ...(redis.tls ? { tls: redis.tls } : {}), ...password, ...login };
}

function addresses(servers: readonly Address[]): [Address, ...Address[]] {
  const [first, ...rest] = servers.map(({ host, port }) => ({ host, port }));
  if (!first) throw new Error('There is no server to connect to');
  return [first, ...rest];
}
