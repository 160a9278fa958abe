import { eventually } from './eventually.js';
import { type RedisServer, startRedis } from './redis-server.js';

const SLOTS = 16_384;

/** Milliseconds of silence after which the others take a node for dead, and replace a master. */
const NODE_TIMEOUT = 1_000;

/** Milliseconds until all nodes must agree about the new cluster. */
const FORMED_WITHIN = 30_000;

/** How `startRedisCluster` starts a cluster. */
export interface RedisClusterOptions {
  /** Redis wants three at least to vote for a replacement. Default: 3. */
  masters?: number;
  /** Default: 1. */
  replicasPerMaster?: number;
  /** Further lines of each node's redis.conf. */
  config?: readonly string[];
}

/** One node. Its role is the one that it started with, whatever a failover has made of it since. */
export interface RedisClusterNode {
  host: string;
  port: number;
  role: 'master' | 'replica';
  server: RedisServer;
}

/** A running cluster. */
export interface RedisCluster {
  nodes: readonly RedisClusterNode[];
  masters: readonly RedisClusterNode[];
  replicas: readonly RedisClusterNode[];
  /** Waits until all nodes are up and agree about each other: after one was killed and restarted, for instance. */
  settled(): Promise<void>;
  /** Ends all nodes. Can be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a Redis Cluster and waits until every node serves all slots and knows every other node, and all replicas are
 * in sync.
 *
 * @throws Error when it is not formed within 30 seconds, or a node does not start.
 */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicasPerMaster = 1, config = [] } = options;
  const servers = await startAll(masters * (1 + replicasPerMaster), config);
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  const nodes = servers.map((server, index): RedisClusterNode => {
    return { host: server.host, port: server.port, role: index < masters ? 'master' : 'replica', server };
  });
  const cluster: RedisCluster = {
    nodes,
    masters: nodes.slice(0, masters),
    replicas: nodes.slice(masters),
    settled: () => settled(nodes, masters),
    stop,
  };
  try {
    await form(cluster);
    return cluster;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts `count` nodes that do not know each other yet; when one fails, none is left running. */
async function startAll(count: number, config: readonly string[]): Promise<RedisServer[]> {
  const lines = [
    `cluster-node-timeout ${NODE_TIMEOUT}`,
    // However old its data, a replica may take over.
    'cluster-replica-validity-factor 0',
    'repl-diskless-sync yes',
    'repl-diskless-sync-delay 0',
    'repl-ping-replica-period 1',
    ...config,
  ];
  const starts = await Promise.allSettled(
    Array.from({ length: count }, () => startRedis({ mode: 'cluster', config: lines })),
  );
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    await Promise.all(servers.map((server) => server.stop()));
    throw failed.reason;
  }
  return servers;
}

async function form({ nodes, masters, replicas }: RedisCluster): Promise<void> {
  const all = { within: FORMED_WITHIN };
  await Promise.all(
    masters.map(async ({ server }, index) => {
      const first = Math.ceil((index * SLOTS) / masters.length);
      const end = Math.ceil(((index + 1) * SLOTS) / masters.length);
      const slots = Array.from({ length: end - first }, (_, offset) => String(first + offset));
      await server.command('CLUSTER', 'ADDSLOTS', ...slots);
      // Otherwise all masters start with the same epoch, and settle that first.
      await server.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    }),
  );
  for (const { server } of nodes) {
    for (const other of nodes) {
      if (other.server !== server) await server.command('CLUSTER', 'MEET', other.host, String(other.port));
    }
  }
  await eventually(() => everyNode(nodes, ({ server }) => knows(server, nodes.length)), all);

  await Promise.all(
    replicas.map(async ({ server }, index) => {
      const id = await masters[index % masters.length]?.server.command('CLUSTER', 'MYID');
      if (id) await server.command('CLUSTER', 'REPLICATE', id);
    }),
  );
  await settled(nodes, masters.length);
}

async function settled(nodes: readonly RedisClusterNode[], masters: number): Promise<void> {
  const all = { within: FORMED_WITHIN };
  await eventually(() => agree(nodes, masters), all);
  await eventually(() => everyNode(nodes, ({ server }) => isMasterOrInSync(server)), all);
  await eventually(() => everyNode(nodes, ({ server }) => tellsOfReplicas(server, nodes.length)), all);
}

/** Whether all nodes hear each other, and say the same about who is a master. */
async function agree(nodes: readonly RedisClusterNode[], masters: number): Promise<boolean> {
  const views = await Promise.all(nodes.map(({ server }) => server.command('CLUSTER', 'NODES')));
  const roles = views.map((view) => view.trim().split('\n').map(readRole).sort());
  const [first = []] = roles;
  return (
    first.filter((role) => role.endsWith(' master connected')).length === masters &&
    first.filter((role) => role.endsWith(' slave connected')).length === nodes.length - masters &&
    roles.every((others) => others.join() === first.join())
  );
}

/** The node's id, its flags but for `myself`, and whether it is connected. */
function readRole(line: string): string {
  const [id, , flags, , , , , link] = line.split(' ');
  return `${id} ${flags?.replace('myself,', '')} ${link}`;
}

async function everyNode(
  nodes: readonly RedisClusterNode[],
  check: (node: RedisClusterNode) => Promise<boolean>,
): Promise<boolean> {
  return (await Promise.all(nodes.map(check))).every(Boolean);
}

async function knows(server: RedisServer, count: number): Promise<boolean> {
  const info = await server.command('CLUSTER', 'INFO');
  return (
    info.includes('cluster_state:ok') &&
    info.includes(`cluster_slots_ok:${SLOTS}`) &&
    info.includes(`cluster_known_nodes:${count}\r`) &&
    !(await server.command('CLUSTER', 'NODES')).includes('handshake')
  );
}

async function isMasterOrInSync(server: RedisServer): Promise<boolean> {
  return /role:master|master_link_status:up/.test(await server.command('INFO', 'replication'));
}

/** Redis keeps a replica out of CLUSTER SLOTS, from which clients learn the nodes, until something was replicated. */
async function tellsOfReplicas(server: RedisServer, nodes: number): Promise<boolean> {
  const count = `local ids, n = {}, 0
    for _, range in ipairs(redis.call('CLUSTER', 'SLOTS')) do
      for i = 3, #range do
        if not ids[range[i][3]] then ids[range[i][3]], n = true, n + 1 end
      end
    end
    return n`;
  return Number(await server.command('EVAL', count, '0')) === nodes;
}
