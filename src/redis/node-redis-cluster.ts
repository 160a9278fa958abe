import type { EventEmitter } from 'node:events';
import debugModule from 'debug';
import { askOnce, connectingOnce } from './ask-once';
import { type Address, readNodes } from './cluster-nodes';
import { mergeChannels, readChannels, readCounts, sumCounts } from './counts';
import type { Publisher } from './driver';
import { disconnect, type NodeRedisClient, reconnectNodeRedis, withoutTimeout } from './node-redis';
import type { HearingConnection } from './node-redis-forget';
import { patience } from './patience';

const debug = debugModule('socket.io-redis:node-redis-cluster');

/** redis 4 to 6, `createCluster()`. */
export interface NodeRedisCluster {
  readonly masters: readonly ClusterNode[];
  nodeClient(node: ClusterNode): ClusterClient | Promise<ClusterClient>;
  publish(channel: string, payload: string | Buffer): Promise<unknown>;
}

interface ClusterNode {
  readonly address: string;
  /** Where it hears sharded channels; not in redis 4. */
  readonly pubSub?: { readonly client: EventEmitter & HearingConnection } | undefined;
}

interface ClusterClient extends NodeRedisClient {
  readonly isOpen: boolean;
  duplicate(overrides: object): SideClient;
  readonly options?: { socket?: object | undefined } | undefined;
}

interface SideClient extends ClusterClient {
  connect(): Promise<unknown>;
  disconnect(): unknown;
  destroy?(): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export function isNodeRedisCluster(client: object): client is NodeRedisCluster {
  return 'nodeClient' in client && typeof client.nodeClient === 'function' && 'pSubscribe' in client;
}

export function publishWithNodeRedisCluster(cluster: NodeRedisCluster): Publisher {
  let pinned: Promise<ClusterClient> | ClusterClient | undefined;

  /** One node for all messages: the Cluster's own `publish()` picks one at random, and so loses their order. */
  function publishingNode(): Promise<ClusterClient> | ClusterClient {
    if (pinned && (pinned instanceof Promise || pinned.isReady)) return pinned;
    const node = pickNode(cluster.masters);
    if (!node) throw new Error('the Redis Cluster client is not connected');
    const choice = Promise.resolve(cluster.nodeClient(node)).then(withoutTimeout);
    pinned = choice;
    choice.then(
      (client) => {
        if (pinned === choice) pinned = client;
      },
      () => {
        if (pinned === choice) pinned = undefined;
      },
    );
    return choice;
  }

  return {
    async publish(channel, payload) {
      const node = publishingNode();
      return node instanceof Promise ? (await node).publish(channel, payload) : node.publish(channel, payload);
    },
    countSubscribers: async (channels) =>
      sumCounts((await onEachNode(cluster, ['PUBSUB', 'NUMSUB', ...channels])).map(readCounts)),
    listChannels: async (pattern) =>
      mergeChannels((await onEachNode(cluster, ['PUBSUB', 'CHANNELS', pattern])).map(readChannels)),
    reconnect: (isWanted) => reconnectNodeRedis(cluster, isWanted),
  };
}

/**
 * Whether the client could connect anew: that waits for each node that the Cluster names as a master, and so for ever for one
 * that is dead and has not been replaced yet.
 */
export async function canConnectAnew(cluster: NodeRedisCluster): Promise<boolean> {
  const lost = cluster.masters.filter((node) => 'client' in node && node.client && !isReady(node.client));
  const asked = cluster.masters.find((node) => 'client' in node && isReady(node.client));
  // its first nodes are asked then
  if (!asked || lost.length === 0) return true;
  let masters: ReadonlySet<string> | undefined;
  const told = mastersOf(await cluster.nodeClient(asked)).then(
    (addresses) => {
      masters = addresses;
    },
    (error) => debug('could not ask for the slots: %s', error),
  );
  // it may be frozen
  await patience(ANSWERS_WITHIN_MS, told);
  return masters !== undefined && !lost.some(({ address }) => masters?.has(address));
}

async function mastersOf(client: ClusterClient): Promise<ReadonlySet<string>> {
  const slots = (await client.sendCommand(['CLUSTER', 'SLOTS'])) as [number, number, [string, number]][];
  return new Set(slots.map(([, , [host, port]]) => `${host}:${port}`));
}

/** A node that is connected, if there is one. */
function pickNode(masters: NodeRedisCluster['masters']): ClusterNode | undefined {
  const connected = masters.filter((node) => 'client' in node && isReady(node.client));
  const candidates = connected.length > 0 ? connected : masters;
  return candidates[Math.floor(Math.random() * candidates.length)];
}

function isReady(client: unknown): boolean {
  return typeof client === 'object' && client !== null && 'isReady' in client && client.isReady === true;
}

/**
 * Each node of a Cluster knows its own subscribers only, and a subscriber may sit on a replica. The client knows the replicas
 * just when it was made with `useReplicas`, and redis 4 and 5 do not notice a failover, so the Cluster is asked.
 */
export async function onEachNode(cluster: NodeRedisCluster, command: string[]): Promise<unknown[]> {
  const asked = pickNode(cluster.masters);
  if (!asked) throw new Error('the Redis Cluster client is not connected');
  const first = await cluster.nodeClient(asked);
  // redis 4 lists a master once for each range of its slots
  const others = new Set(cluster.masters);
  others.delete(asked);
  const side = new SideConnections(first, asked);
  const replies = await Promise.all([
    onEachUnknown(first, cluster, (node) => side.ask(node, command)),
    first.sendCommand(command).then((reply) => [reply]),
    ...[...others].map((node) => onMaster(node, command, side)),
  ]);
  return replies.flat();
}

async function onEachUnknown(
  first: ClusterClient,
  { masters }: NodeRedisCluster,
  ask: (node: Address) => Promise<unknown[]>,
): Promise<unknown[]> {
  const nodes = readNodes(String(await first.sendCommand(['CLUSTER', 'NODES'])));
  const known = new Set(masters.map(({ address }) => address));
  const unknown = nodes.filter(({ names }) => !names.some((name) => known.has(name)));
  return (await Promise.all(unknown.map(ask))).flat();
}

/** @returns the reply, or nothing from a master that is away: while it is being replaced, the client's own connection hangs */
async function onMaster(node: ClusterNode, command: string[], side: SideConnections): Promise<unknown[]> {
  const client = 'client' in node && isReady(node.client) ? (node.client as ClusterClient) : undefined;
  try {
    if (client) return [await client.sendCommand(command)];
  } catch (error) {
    debug('could not ask the master %s: %s', node.address, error);
  }
  return side.ask(addressOf(node), command);
}

function addressOf({ address }: ClusterNode): Address {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/** Milliseconds that a node has which the client is not connected to. */
const ANSWERS_WITHIN_MS = 1000;
/** For how long a node is not asked again that did not answer in that time, lest every query wait for it. */
const LEFT_ALONE_MS = 10_000;

/** Connections for one command each, to nodes that the client is not connected to. */
class SideConnections {
  /** Until when nodes are left alone, by address. */
  static readonly #silent = new Map<string, number>();
  readonly #like: ClusterClient;
  readonly #translated: boolean;

  /** @param like - a connection to that node, whose options the others get */
  constructor(like: ClusterClient, node: ClusterNode) {
    const { host, port } = (like.options?.socket ?? {}) as Partial<Address>;
    this.#like = like;
    // with a `nodeAddressMap`, only the client knows where the other nodes are
    this.#translated = host !== undefined && `${host}:${port}` !== node.address;
  }

  /** @returns the reply, or nothing from a node that is away: it has no subscribers */
  async ask({ host, port }: Address, command: string[]): Promise<unknown[]> {
    const address = `${host}:${port}`;
    if (this.#translated || Date.now() < (SideConnections.#silent.get(address) ?? 0)) return [];
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
    const now = Date.now();
    for (const [other, until] of SideConnections.#silent) if (until <= now) SideConnections.#silent.delete(other);
    SideConnections.#silent.set(address, now + LEFT_ALONE_MS);
  }
}
