import { Redis as Ioredis6, Cluster as IoredisCluster6 } from 'ioredis';
import Ioredis4 from 'ioredis-4';
import { Redis as Ioredis5, Cluster as IoredisCluster5 } from 'ioredis-5';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';

type Create = (to: { host: string; port: number }, options?: object) => object;

/** Makes a client of each version, with options. */
export const singles: Record<string, Create> = {
  'ioredis 4': (to, options) => new Ioredis4({ ...to, ...options }),
  'ioredis 5': (to, options) => new Ioredis5({ ...to, ...options }),
  'ioredis 6': (to, options) => new Ioredis6({ ...to, ...options }),
};
export const clusters: Record<string, Create> = {
  'ioredis 4 Cluster': (to, options) => new Ioredis4.Cluster([to], options),
  'ioredis 5 Cluster': (to, options) => new IoredisCluster5([to], options),
  'ioredis 6 Cluster': (to, options) => new IoredisCluster6([to], options),
};

/** A Cluster of one node. */
export function startOneNodeCluster(): Promise<RedisCluster> {
  // a node learns its own address from others, which it has not
  return startRedisCluster({ masters: 1, replicasPerMaster: 0, config: ['cluster-announce-ip 127.0.0.1'] });
}
