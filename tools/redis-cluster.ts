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
  await eventually(() => everyNode(nodes, ({ server }) => seesReplicas(server, replicas.length)), all);
  await eventually(() => everyNode(replicas, ({ server }) => isInSync(server)), all);
  await eventually(() => everyNode(nodes, ({ server }) => tellsOfReplicas(server, nodes.length)), all);
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

async function seesReplicas(server: RedisServer, count: number): Promise<boolean> {
  const nodes = (await server.command('CLUSTER', 'NODES')).trim().split('\n');
  const flags = nodes.map((node) => node.split(' ')[2] ?? '');
  return (
    flags.filter((flag) => flag.includes('slave')).length === count && !flags.some((flag) => flag.includes('fail'))
  );
}

async function isInSync(server: RedisServer): Promise<boolean> {
  return (await server.command('INFO', 'replication')).includes('master_link_status:up');
}

/** Redis keeps a replica out of CLUSTER SLOTS, from which clients learn the nodes, until something was replicated. */
async function tellsOfReplicas(server: RedisServer, nodes: number): Promise<boolean> {
  const count = "local n = 0 for _, slot in ipairs(redis.call('CLUSTER', 'SLOTS')) do n = n + #slot - 2 end return n";
  return Number(await server.command('EVAL', count, '0')) === nodes;
}
