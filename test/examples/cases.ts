import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Socket } from 'socket.io-client';
import { freePort } from '../../tools/free-port';
import type { Servers } from '../readme/surroundings';
import { eventually } from '../support/eventually';
import { type Env, type Running, run } from './running';

/** What is particular about an example. */
export interface Case {
  /** What it needs to know in place of its defaults. */
  env(servers: Servers): Env;
  /** Starts what a user would start; by default the file, twice. */
  start?(file: string, env: Env): Promise<Running[]>;
  /** How clients connect; WebSocket by default. */
  transport?: 'polling';
  /** What else it shows. */
  shows?(nodes: Running[], clients: Socket[]): Promise<void>;
  /** What ends it; SIGTERM by default. */
  signal?: 'SIGINT';
}

const root = dirname(require.resolve('socket.io-redis/package.json'));

const plain = ({ plain }: Servers): Env => ({ REDIS_URL: plain.url });
const clusterNodes = ({ cluster }: Servers): Env => ({ REDIS_NODES: addresses(cluster.masters) });

/** By folder. */
export const CASES: Readonly<Record<string, Case>> = {
  plain: { env: plain, shows: clientReachesAll },
  acl: {
    env: ({ acl }) => ({
      REDIS_HOST: acl.host,
      REDIS_PORT: String(acl.port),
      REDIS_USER: 'app',
      REDIS_PASSWORD: 'secret',
    }),
  },
  tls: {
    env: ({ tls }) => ({ REDIS_URL: tls.url, REDIS_CA: join(root, 'test/fixtures/tls/ca.crt') }),
  },
  redis: { env: plain },
  'redis-cluster': { env: clusterNodes },
  ioredis: { env: plain },
  'ioredis-cluster': { env: clusterNodes },
  sentinel: { env: ({ sentinel }) => ({ SENTINELS: addresses(sentinel.sentinels), MASTER: sentinel.name }) },
  sharded: { env: plain },
  emitter: { env: plain, start: startServersBeside, shows: emitterReachesAll },
  'node-cluster': { env: (servers) => ({ ...plain(servers), WORKERS: '2' }), transport: 'polling' },
  pm2: { env: plain, start: startAsPm2, signal: 'SIGINT' },
  typescript: {
    env: plain,
    async shows(_nodes, clients) {
      assert.equal(await clients[0]?.emitWithAck('count'), clients.length);
    },
  },
  nestjs: { env: plain },
  express: { env: plain, shows: postReachesAll },
  fastify: { env: plain, shows: postReachesAll },
  'graceful-shutdown': {
    env: (servers) => ({ ...plain(servers), DRAIN_MS: '1000' }),
    async shows([node]) {
      const health = async () => (await fetch(`${node?.url}/health`)).status;
      assert.equal(await health(), 200);
      const ended = node?.end('SIGTERM');
      await eventually(async () => (await health()) === 503);
      await ended;
    },
  },
  prometheus: {
    env: plain,
    async shows(nodes, clients) {
      for (const client of clients) assert.equal(await client.emitWithAck('who'), clients.length);
      const pages = await Promise.all(nodes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
      for (const page of pages) {
        assert.match(page, /^socket_io_redis_received_total\{nsp="\/"\} [1-9]/m);
        assert.match(
          page,
          /^socket_io_redis_request_seconds_count\{nsp="\/",type="countSockets",outcome="answered"\} 1$/m,
        );
        assert.match(page, /^socket_io_sockets 1$/m);
      }
    },
  },
};

function addresses(servers: readonly { host: string; port: number }[]): string {
  return servers.map(({ host, port }) => `${host}:${port}`).join();
}

export async function startTwice(file: string, env: Env): Promise<Running[]> {
  const ports = await Promise.all([freePort(), freePort()]);
  return Promise.all(ports.map((port) => run(file, port, { ...env, PORT: String(port) })));
}

/** It has no server of its own. */
function startServersBeside(file: string, env: Env): Promise<Running[]> {
  return startTwice(join(dirname(file), '../plain/index.js'), env);
}

async function emitterReachesAll(nodes: Running[], clients: Socket[]): Promise<void> {
  const received = clients.map((client) => new Promise((resolve) => client.once('message', resolve)));
  const file = join(root, 'examples/emitter/index.mjs');
  const env = { ...process.env, ...nodes[0]?.env };
  const { stdout } = await promisify(execFile)(process.execPath, [file, 'from a worker'], { env });
  assert.equal(stdout, `sent to ${clients.length} clients\n`);
  assert.deepEqual(await Promise.all(received), ['from a worker', 'from a worker']);
}

/** With the client that the examples have. */
async function clientReachesAll(nodes: Running[]): Promise<void> {
  const ports = nodes.map(({ url }) => new URL(url).port);
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'examples/client.mjs'), ...ports]);
  assert.equal(stdout, ports.map((port) => `at port ${port}: hello\n`).join(''));
}

interface Pm2App {
  script: string;
  cwd: string;
  exec_mode: string;
  instances: number;
  env: { PORT: number };
}

/** Reads the file as PM2 does, but with other ports. */
async function startAsPm2(file: string, env: Env): Promise<Running[]> {
  const { apps } = require(join(dirname(file), 'ecosystem.config.js')) as { apps: Pm2App[] };
  const [app] = apps;
  assert.ok(app);
  assert.deepEqual({ mode: app.exec_mode, port: app.env.PORT }, { mode: 'fork', port: 3000 });
  const first = await freePort();
  const instances = Array.from({ length: app.instances }, (_, instance) => {
    const own = { NODE_APP_INSTANCE: String(instance), PORT: String(first) };
    return run(join(app.cwd, app.script), first + instance, { ...env, ...own }, true);
  });
  return Promise.all(instances);
}

async function postReachesAll(nodes: Running[], clients: Socket[]): Promise<void> {
  const received = clients.map((client) => new Promise((resolve) => client.once('message', resolve)));
  const headers = { 'Content-Type': 'text/plain' };
  await fetch(`${nodes[0]?.url}/messages`, { method: 'POST', headers, body: 'by a route' });
  assert.deepEqual(await Promise.all(received), ['by a route', 'by a route']);
}
