import { eventually } from './eventually.js';
import { type RedisServer, startRedis } from './redis-server.js';

const NAME = 'mymaster';
const SENTINELS = 3;
const QUORUM = 2;

/** Milliseconds of silence after which a Sentinel takes a server for down. */
const DOWN_AFTER = 800;

/** Milliseconds after which a failover that did not get anywhere is given up. */
const FAILOVER_TIMEOUT = 3_000;

/** Milliseconds until the Sentinels must know each other and the replica. */
const WATCHED_WITHIN = 30_000;

/** A running master with a replica, under the watch of three Sentinels. */
export interface RedisSentinel {
  /** What the Sentinels call the master. */
  name: string;
  sentinels: readonly RedisServer[];
  /** The server that was the master at the start, whatever a failover has made of it since. */
  master: RedisServer;
  /** The server that was the replica at the start. */
  replica: RedisServer;
  /** Ends all five. Can be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a master, a replica and three Sentinels, and waits until the replica is in sync and the Sentinels know it
 * and each other.
 *
 * @throws Error when that takes more than 30 seconds, or a server does not start.
 */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const started: RedisServer[] = [];
  const start: typeof startRedis = async (options) => {
    const server = await startRedis(options);
    started.push(server);
    return server;
  };
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
  };
  try {
    const [master, replica] = await startReplicated(start);
    const sentinels: RedisServer[] = [];
    for (let index = 0; index < SENTINELS; index++) sentinels.push(await start(sentinelOf(master)));
    await eventually(async () => (await Promise.all(sentinels.map(knowsAll))).every(Boolean), {
      within: WATCHED_WITHIN,
    });
    return { name: NAME, sentinels, master, replica, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startReplicated(start: typeof startRedis): Promise<[master: RedisServer, replica: RedisServer]> {
  const config = ['repl-diskless-sync yes', 'repl-diskless-sync-delay 0'];
  const master = await start({ config });
  const replica = await start({ config: [...config, `replicaof ${master.host} ${master.port}`] });
  await eventually(async () => (await replica.command('INFO', 'replication')).includes('master_link_status:up'), {
    within: WATCHED_WITHIN,
  });
  return [master, replica];
}

function sentinelOf(master: RedisServer): Parameters<typeof startRedis>[0] {
  return {
    mode: 'sentinel',
    config: [
      `sentinel monitor ${NAME} ${master.host} ${master.port} ${QUORUM}`,
      `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER}`,
      `sentinel failover-timeout ${NAME} ${FAILOVER_TIMEOUT}`,
      `sentinel parallel-syncs ${NAME} 1`,
    ],
  };
}

async function knowsAll(sentinel: RedisServer): Promise<boolean> {
  const info = await sentinel.command('INFO', 'sentinel');
  return info.includes('status=ok') && info.includes('slaves=1') && info.includes(`sentinels=${SENTINELS}`);
}
