import { dirname, join } from 'node:path';
import { freePort } from '../../tools/free-port';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { type RedisSentinel, startRedisSentinel } from '../../tools/redis-sentinel';
import { type RedisServer, startRedis } from '../../tools/redis-server';

/** The Redis servers that the blocks of the README speak of. */
export interface Servers {
  plain: RedisServer;
  password: RedisServer;
  acl: RedisServer;
  tls: RedisServer;
  cluster: RedisCluster;
  sentinel: RedisSentinel;
}

export type RedisName = keyof Servers;

const root = dirname(require.resolve('socket.io-redis/package.json'));

/** What the README shows, and what stands in its place when the block runs. */
const REPLACEMENTS: { [Name in RedisName]: (servers: Servers[Name]) => Record<string, string | number> } = {
  plain: ({ port }) => ({ 6379: port }),
  password: ({ port }) => ({ 6379: port }),
  acl: ({ port }) => ({ 6379: port }),
  tls: ({ port }) => ({
    'redis.example.com:6380': `localhost:${port}`,
    '/etc/ssl/redis-ca.crt': join(root, 'test/fixtures/tls/ca.crt'),
  }),
  cluster: ({ masters: [first, second] }) => ({ 6380: portOf(first), 6381: portOf(second) }),
  sentinel: ({ sentinels: [first, second], name }) => ({
    "host: 'somehost1', port: 26379": `host: '127.0.0.1', port: ${portOf(first)}`,
    "host: 'somehost2', port: 26379": `host: '127.0.0.1', port: ${portOf(second)}`,
    master01: name,
  }),
};

/** What must not be left of the README's own addresses. */
const SHOWN = /\b(3000|6379|6380|6381|26379)\b|example\.com|somehost/;

/** @param acl - the line of the ACL file that the README shows */
export async function startServers(acl: string): Promise<Servers> {
  const [plain, password, limited, tls, cluster, sentinel] = await Promise.all([
    startRedis(),
    startRedis({ password: 'pwd' }),
    startRedis({ acl: [acl.replace(/^user /, '')] }),
    startRedis({ tls: true }),
    startRedisCluster(),
    startRedisSentinel(),
  ]);
  return { plain, password, acl: limited, tls, cluster, sentinel };
}

/** The code of a block, with the addresses of the servers that were started. */
export async function located(code: string, name: RedisName, servers: Servers): Promise<string> {
  const replacements: Record<string, string | number> = { ...replacementsOf(name, servers), 3000: await freePort() };
  const shown = Object.keys(replacements).map((literal) => literal.replaceAll('.', '\\.'));
  const text = code.replace(new RegExp(`(?<!\\d)(${shown.join('|')})(?!\\d)`, 'g'), (literal) =>
    String(replacements[literal]),
  );
  const [left] = SHOWN.exec(text) ?? [];
  if (left) throw new Error(`The block names ${left}, for which nothing stands in the surroundings "${name}"`);
  return text;
}

function replacementsOf<Name extends RedisName>(name: Name, servers: Servers): Record<string, string | number> {
  return REPLACEMENTS[name](servers[name]);
}

function portOf(server: { port: number } | undefined): number {
  if (!server) throw new Error('There are too few servers');
  return server.port;
}
