import type { RedisServer } from '../../tools/redis-server';

/** The channels that have subscribers on any of the servers, sharded ones included. */
export async function channelsOn(servers: readonly RedisServer[]): Promise<string[]> {
  // Redis 6 has no sharded channels
  const list = (kind: string) => `table.concat(redis.pcall('PUBSUB', '${kind}'), '\\n')`;
  const script = `return ${list('CHANNELS')} .. '\\n' .. ${list('SHARDCHANNELS')}`;
  const lists = await Promise.all(servers.map((server) => server.command('EVAL', script, '0')));
  return lists.flatMap((list) => list.split('\n').filter(Boolean));
}

/** How many patterns are subscribed to, over all of the servers. */
export async function patternsOn(servers: readonly RedisServer[]): Promise<number> {
  const counts = await Promise.all(servers.map((server) => server.command('PUBSUB', 'NUMPAT')));
  return counts.reduce((sum, count) => sum + Number(count), 0);
}
