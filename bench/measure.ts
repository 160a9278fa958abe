import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from '../tools/redis-server';
import type { NodeProcess } from './node-process';
import type { Context, Sample } from './scenario';

/** Milliseconds of work before anything is measured: until the code has been compiled, as it is in a server that runs for days. */
const WARM_UP = 1200;

/** How often a run measures, once it is warm: rather often than long, as the machine changes its speed from one second to the next. */
const TIMES = 8;

/** Milliseconds without a change. */
const REST = 100;

/** CPU time of some work, in µs. */
export interface Usage {
  /** Of all nodes together. */
  nodes: number;
  redis: number;
}

export async function usageOf<T>(
  redis: RedisServer,
  nodes: readonly NodeProcess[],
  work: () => Promise<T>,
): Promise<Usage & { result: T }> {
  const before = await usage(redis, nodes);
  const result = await work();
  const after = await usage(redis, nodes);
  return { nodes: after.nodes - before.nodes, redis: after.redis - before.redis, result };
}

/** How many nodes a machine warms up in that time; more of them share its CPU, and take longer. */
const WARM_UP_NODES = 12;

/** Measures some times, each for so many milliseconds; what comes first warms up. */
export async function sampled(
  { turn, duration, times = TIMES }: Pick<Context, 'turn' | 'duration'> & { times?: number },
  measure: (milliseconds: number) => Promise<Sample>,
  nodes = 1,
): Promise<Sample[]> {
  await turn(() => measure(WARM_UP * Math.max(1, nodes / WARM_UP_NODES)));
  const samples: Sample[] = [];
  for (let i = 0; i < times; i++) samples.push(await turn(() => measure(duration)));
  return samples;
}

async function usage(redis: RedisServer, nodes: readonly NodeProcess[]): Promise<Usage> {
  const used = await Promise.all(nodes.map((node) => node.call('cpu')));
  const info = await redis.command('INFO', 'cpu');
  const seconds = readInfo(info, 'used_cpu_user') + readInfo(info, 'used_cpu_sys');
  return { nodes: used.reduce((sum, one) => sum + one, 0), redis: seconds * 1e6 };
}

function readInfo(info: string, field: string): number {
  const value = new RegExp(`^${field}:([\\d.]+)`, 'm').exec(info)?.[1];
  if (value === undefined) throw new Error(`Redis does not tell its ${field}`);
  return Number(value);
}

/** How many channels have subscribers. */
export async function countChannels(redis: RedisServer): Promise<number> {
  const info = await redis.command('INFO', 'stats');
  // Redis 6 has no sharded ones
  const sharded = info.includes('pubsubshard_channels') ? readInfo(info, 'pubsubshard_channels') : 0;
  return readInfo(info, 'pubsub_channels') + sharded;
}

/** Waits until subscriptions that are under way have come to rest. */
export async function subscriptionsRest(redis: RedisServer): Promise<void> {
  let before: number;
  do {
    before = await countChannels(redis);
    await delay(REST);
  } while ((await countChannels(redis)) !== before);
}
