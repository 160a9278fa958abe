import { randomBytes } from 'node:crypto';
import { findRedisServer } from '../tools/redis-binary';
import { type RedisServer, startRedis } from '../tools/redis-server';
import type { Run } from './run';

/** The Redis that the demo uses. */
export interface DemoRedis {
  redisUrl: string;
  /** The option `key` of all nodes. */
  key: string;
  /** For people to read. */
  description: string;
  /** Undefined when it is somebody else's. */
  server: RedisServer | undefined;
  /** What to do when it turns out that it cannot be used. */
  advice: string;
}

/**
 * The Redis at `REDIS_URL`, or else one that is started here and ends with the run. Starts the run's deadline, before
 * which there may be an installation that takes its time.
 *
 * @throws Error that says what to do, when there is none
 */
export async function findRedis(run: Run, log: (line: string) => void): Promise<DemoRedis> {
  // nobody else's channels have such names
  const key = `demo-${randomBytes(6).toString('hex')}`;
  const given = process.env.REDIS_URL;
  if (!given) return { ...(await startOwn(run, log)), key };

  run.startDeadline();
  const shown = withoutSecrets(given);
  return {
    redisUrl: given,
    key,
    server: undefined,
    description: `${shown} (from REDIS_URL)`,
    advice: `REDIS_URL is ${shown}: is that a Redis which runs, and which this demo may use? Without REDIS_URL, the demo starts its own.`,
  };
}

async function startOwn(run: Run, log: (line: string) => void): Promise<Omit<DemoRedis, 'key'>> {
  const binary = await findRedisServer(log);
  run.startDeadline();
  let starting: Promise<RedisServer> | undefined;
  run.atEnd(async () => (await starting)?.stop());
  starting = startRedis();
  const server = await starting;
  const { url, pid } = server;
  return { redisUrl: url, server, description: `${url} (${binary}, process ${pid}, only for this demo)`, advice: '' };
}

/** Terminals are shown around, and logs are kept. */
function withoutSecrets(url: string): string {
  return url.replace(/^(\w+:\/\/)?.*@/, '$1').replace(/\?.*/, '');
}
