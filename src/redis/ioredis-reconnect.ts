import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import debugModule from 'debug';

const debug = debugModule('socket.io-redis:ioredis');

/** What of an ioredis client, or Cluster, it takes to reconnect it. */
export interface Reconnectable {
  readonly status: string;
  /** The connection; a Cluster has none of its own. */
  readonly stream?: Writable;
  /** Of a Cluster. */
  nodes?(role: 'all'): readonly { readonly status: string }[];
  connect(): Promise<unknown>;
  disconnect(reconnect?: boolean): unknown;
  once(event: string, listener: (...args: never[]) => void): unknown;
  removeListener(event: string, listener: (...args: never[]) => void): unknown;
}

const CONNECT_AGAIN_AFTER_MS = 1000;

/*
 * Ends the connection of a client, and makes another. A client that has none is left alone: to end it while it waits for its
 * next attempt would take that attempt away, and when it has ended, its owner wants it so.
 */

/** @returns undefined when there is no connection to end */
export function reconnectPublisher(client: Reconnectable, isWanted: () => boolean): Promise<void> | undefined {
  // not with `true`: it would send again what Redis may have taken, and only its answer was lost
  return reconnect(client, isWanted, () => client.disconnect());
}

/** @returns undefined when there is no connection to end */
export function reconnectSubscriber(client: Reconnectable, isWanted: () => boolean): Promise<void> | undefined {
  return reconnect(client, isWanted, () => client.disconnect(true));
}

function reconnect(
  client: Reconnectable,
  isWanted: () => boolean,
  disconnect: () => unknown,
): Promise<void> | undefined {
  if (!isConnected(client)) return undefined;
  if (!isOver(client)) return endAndConnect(client, isWanted, disconnect);
  (client as { status: string }).status = 'end';
  return connectAgain(client, isWanted);
}

/**
 * With `enableReadyCheck: false`, version 5 takes a connection for ready that has closed, once it has given up what it had said on it:
 * then nothing ends it any more, and no other is made.
 */
function isOver({ stream }: Reconnectable): boolean {
  return stream?.closed === true;
}

function isConnected(client: Reconnectable): boolean {
  const { status } = client;
  return (status === 'connect' || status === 'ready') && !allNodesWait(client);
}

/** With `clusterNodeRetryStrategy`, a Cluster is ready all the while; and told to disconnect, it waits for one of them to end. */
function allNodesWait(client: Reconnectable): boolean {
  const nodes = client.nodes?.('all') ?? [];
  return nodes.length > 0 && nodes.every(({ status }) => status === 'reconnecting');
}

async function endAndConnect(client: Reconnectable, isWanted: () => boolean, disconnect: () => unknown): Promise<void> {
  await new Promise<void>((resolve) => {
    const settle = () => {
      client.removeListener('reconnecting', settle);
      client.removeListener('end', settle);
      resolve();
    };
    client.once('reconnecting', settle);
    client.once('end', settle);
    disconnect();
  });
  await connectAgain(client, isWanted);
}

async function connectAgain(client: Reconnectable, isWanted: () => boolean): Promise<void> {
  // a Cluster that was told to disconnect ends for good when it finds no node, and so does a client with `retryStrategy: null`
  while (isWanted() && client.status === 'end') {
    await client.connect().catch((error) => debug('could not connect again: %s', error));
    if (client.status === 'end') await delay(CONNECT_AGAIN_AFTER_MS, undefined, { ref: false });
  }
}
