import type { EventEmitter } from 'node:events';
import type { NodeRedisClient } from './node-redis';
import type { NoticedConnection } from './node-redis-4-notices';
import type { HearingConnection } from './node-redis-forget';

/** redis 4 to 6, `createCluster()`. */
export interface NodeRedisCluster {
  readonly masters: readonly ClusterNode[];
  nodeClient(node: ClusterNode): ClusterClient | Promise<ClusterClient>;
  publish(channel: string, payload: string | Buffer): Promise<unknown>;
  sendCommand(firstKey: string, isReadonly: boolean, args: (string | Buffer)[]): Promise<unknown>;
}

export interface ClusterNode {
  readonly address: string;
  /** None before its first connection is asked for. */
  readonly client?: ClusterClient | Promise<ClusterClient> | undefined;
  /** Where it hears sharded channels; not in redis 4. */
  readonly pubSub?: { readonly client: EventEmitter & HearingConnection } | undefined;
  /** The same in redis 4. */
  readonly pubSubClient?: NoticedConnection | Promise<NoticedConnection> | undefined;
}

export interface ClusterClient extends NodeRedisClient {
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

export function isConnected(node: ClusterNode): node is ClusterNode & { readonly client: ClusterClient } {
  return node.client !== undefined && 'isReady' in node.client && node.client.isReady;
}
