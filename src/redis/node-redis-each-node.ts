import debugModule from 'debug';
import { askOnce, connectingOnce } from './ask-once';
import { type Address, type ClusterView, readView, unlessGivenUp } from './cluster-nodes';
import { firstAnswer } from './first-answer';
import { type ClusterClient, type ClusterNode, isConnected, type NodeRedisCluster } from './node-redis-cluster';
import { disconnect } from './node-redis-reconnect';
import { patience } from './patience';

const debug = debugModule('socket.io-redis:node-redis-cluster');

/** Milliseconds that a node has which the client is not connected to. */
const ANSWERS_WITHIN_MS = 1000;
/** For how long a node is not asked again that did not answer in that time, lest every query wait for it. */
const LEFT_ALONE_MS = 10_000;
/** Milliseconds for the Cluster to say who its masters are. */
const TOLD_WITHIN_MS = 2500;

interface Told {
  reply: unknown;
  node: ClusterNode;
  client: ClusterClient;
}

interface View extends ClusterView {
  readonly side: SideConnections;
}

/** Any master that is connected; another only when there is none. */
function askAny(cluster: NodeRedisCluster, command: string[]): Promise<Told> {
  const masters = mastersOf(cluster);
  const connected = masters.filter(isConnected);
  return firstAnswer(connected.length > 0 ? connected : masters, async (node) => {
    const client = await cluster.nodeClient(node);
    return { node, client, reply: await client.sendCommand(command) };
  });
}

/** @throws Error when the client knows none */
function mastersOf(cluster: NodeRedisCluster): ClusterNode[] {
  if (cluster.masters.length === 0) throw new Error('the Redis Cluster client is not connected');
  // redis 4 lists a master once for each range of its slots
  return [...new Set(cluster.masters)];
}

/**
 * Whether the client could connect anew: that waits for each node that the Cluster names as a master, and so for ever for one
 * that is dead and has not been replaced yet.
 */
export async function canConnectAnew(cluster: NodeRedisCluster): Promise<boolean> {
  const lost = cluster.masters.filter((node) => node.client && !isConnected(node));
  // its first nodes are asked then
  if (!cluster.masters.some(isConnected) || lost.length === 0) return true;
  let masters: ReadonlySet<string> | undefined;
  const told = askAny(cluster, ['CLUSTER', 'SLOTS']).then(
    ({ reply }) => {
      masters = mastersIn(reply);
    },
    (error) => debug('could not ask for the slots: %s', error),
  );
  // they may all be frozen
  await patience(TOLD_WITHIN_MS, told);
  return masters !== undefined && !lost.some(({ address }) => masters?.has(address));
}

/** @param slots - the reply of CLUSTER SLOTS */
function mastersIn(slots: unknown): ReadonlySet<string> {
  return new Set((slots as [number, number, [string, number]][]).map(([, , [host, port]]) => `${host}:${port}`));
}

/**
 * Each node of a Cluster knows its own subscribers only, and a subscriber may sit on a replica. The client knows the replicas
 * just when it was made with `useReplicas`, and redis 4 and 5 do not notice a failover, so the Cluster is asked.
 */
export async function onEachNode(cluster: NodeRedisCluster, command: string[]): Promise<unknown[]> {
  const masters = mastersOf(cluster);
  const seen = look(cluster);
  const replies = await Promise.all([
    onEachUnknown(masters, command, seen),
    ...masters.map((node) => onMaster(cluster, node, command, seen)),
  ]);
  return replies.flat();
}

async function look(cluster: NodeRedisCluster): Promise<View> {
  const { reply, node, client } = await askAny(cluster, ['CLUSTER', 'NODES']);
  return { ...readView(String(reply)), side: new SideConnections(client, node) };
}

async function onEachUnknown(
  masters: readonly ClusterNode[],
  command: string[],
  seen: Promise<View>,
): Promise<unknown[]> {
  const { side, healthy } = await seen;
  const known = new Set(masters.map(({ address }) => address));
  const unknown = healthy.filter(({ names }) => !names.some((name) => known.has(name)));
  return (await Promise.all(unknown.map((node) => side.ask(node, command)))).flat();
}

/**
 * @returns the reply, or nothing from a master that is away: while it is being replaced, the client's own connection hangs
 * @throws what Redis replies
 */
async function onMaster(
  cluster: NodeRedisCluster,
  node: ClusterNode,
  command: string[],
  seen: Promise<View>,
): Promise<unknown[]> {
  if (isConnected(node)) {
    const { client } = node;
    try {
      return await unlessGivenUp(client.sendCommand(command), node.address, seen);
    } catch (error) {
      if (client.isReady) throw error;
      debug('could not ask the master %s: %s', node.address, error);
    }
  }
  const { side, givenUp } = await seen;
  if (givenUp.has(node.address)) return [];
  if (side.areBlind) return throughCluster(cluster, node, command);
  return side.ask(addressOf(node), command);
}

/** The client alone knows where it is, and may not have connected to it yet: so it has it with `minimizeConnections`. */
async function throughCluster(cluster: NodeRedisCluster, node: ClusterNode, command: string[]): Promise<unknown[]> {
  const outcome = await askOnce(ANSWERS_WITHIN_MS, {
    ask: async () => (await cluster.nodeClient(node)).sendCommand(command),
    // it is the client's own
    end: () => Promise.resolve(),
  });
  if (outcome?.status === 'fulfilled') return [outcome.value];
  debug('could not ask the master %s: %s', node.address, outcome?.reason ?? 'no answer');
  return [];
}

function addressOf({ address }: ClusterNode): Address {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/** Connections for one command each, to nodes that the client is not connected to. */
class SideConnections {
  /** Until when nodes are left alone, by address. */
  static readonly #silent = new Map<string, number>();
  readonly #like: ClusterClient;
  /** With a `nodeAddressMap`, only the client knows where the other nodes are. */
  readonly areBlind: boolean;

  /** @param like - a connection to that node, whose options the others get */
  constructor(like: ClusterClient, node: ClusterNode) {
    const { host, port } = (like.options?.socket ?? {}) as Partial<Address>;
    this.#like = like;
    this.areBlind = host !== undefined && `${host}:${port}` !== node.address;
  }

  /** @returns the reply, or nothing from a node that is away: it has no subscribers */
  async ask({ host, port }: Address, command: string[]): Promise<unknown[]> {
    const address = `${host}:${port}`;
    if (this.areBlind || performance.now() < (SideConnections.#silent.get(address) ?? 0)) return [];
    const socket = connectingOnce({ ...this.#like.options?.socket, host, port }, ANSWERS_WITHIN_MS);
    const client = this.#like.duplicate({ socket });
    client.on('error', (error) => debug('node %s: %s', address, error));
    const outcome = await askOnce(ANSWERS_WITHIN_MS, {
      ask: () => client.connect().then(() => client.sendCommand(command)),
      end: async () => client.isOpen && disconnect(client, 0),
    });
    if (outcome?.status === 'fulfilled') return [outcome.value];
    if (outcome) debug('could not ask the node %s: %s', address, outcome.reason);
    else SideConnections.#leaveAlone(address);
    return [];
  }

  static #leaveAlone(address: string): void {
    const now = performance.now();
    for (const [other, until] of SideConnections.#silent) if (until <= now) SideConnections.#silent.delete(other);
    SideConnections.#silent.set(address, now + LEFT_ALONE_MS);
  }
}
