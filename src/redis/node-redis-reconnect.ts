import { setTimeout as delay } from 'node:timers/promises';
import debugModule from 'debug';
import { within } from '../within';
import { isNodeRedisSentinel } from './node-redis-sentinel';
import { patience } from './patience';

const debug = debugModule('socket.io-redis:node-redis');

/** What of a client, a Cluster or a Sentinel of redis 4 to 6 it takes to reconnect it. */
export interface Reconnectable {
  readonly isOpen: boolean;
  readonly isReady?: boolean;
  readonly masters?: readonly unknown[];
  connect(): Promise<unknown>;
  /** What `disconnect()` is called since redis 5. */
  destroy?(): unknown;
  disconnect?(): unknown;
}

/** A Cluster of redis 5, with all its connections. */
interface ClusterOf5 {
  readonly masters: readonly ClusterNode[];
  readonly replicas: readonly ClusterNode[];
  /** Where it hears channels that are not sharded. */
  readonly pubSubNode?: ClusterNode;
  close(): Promise<unknown>;
}

interface ClusterNode {
  readonly client?: Connection;
  /** Where it hears sharded ones. */
  readonly pubSub?: { readonly client: Connection };
}

interface Connection {
  readonly isOpen: boolean;
  destroy(): unknown;
}

const CONNECT_AGAIN_AFTER_MS = 1000;
/** How long the first attempt of a Cluster may take; each one after it twice as long, up to the second. */
const CONNECT_WITHIN_MS = 2500;
const LAST_CONNECT_WITHIN_MS = 20_000;
const DISCONNECT_WITHIN_MS = 500;
/** How long an attempt to connect that has been ended may take to notice: the libraries wait up to 2.2 s before the next one. */
const NOTICED_WITHIN_MS = 2500;

/** Ends the connections at once, and makes others. @returns undefined when the client's owner has closed it */
export function reconnectNodeRedis(given: object, isWanted: () => boolean): Promise<void> | undefined {
  const client = given as Reconnectable;
  return client.isOpen ? endAndConnect(client, isWanted) : undefined;
}

async function endAndConnect(client: Reconnectable, isWanted: () => boolean): Promise<void> {
  const wasConnecting = client.isReady === false && !client.masters && !isNodeRedisSentinel(client);
  const ended = end(client);
  await within(DISCONNECT_WITHIN_MS, ended);
  // a Sentinel that is looking for the master ends once it has done so, and nobody would connect it then
  if (client.isOpen) await ended;
  // else it would go on, beside the new connection, and make another: all would be heard twice
  if (wasConnecting) await delay(NOTICED_WITHIN_MS, undefined, { ref: false });
  let withinMs = CONNECT_WITHIN_MS;
  // a Cluster and a Sentinel give up when they find no node
  while (isWanted() && !client.isOpen) {
    // the Sentinel of redis 5 stays open when it has given up
    if (!(await connect(client, withinMs)) && client.isOpen) await disconnect(client, DISCONNECT_WITHIN_MS);
    if (!client.isOpen) await delay(CONNECT_AGAIN_AFTER_MS, undefined, { ref: false });
    withinMs = Math.min(2 * withinMs, LAST_CONNECT_WITHIN_MS);
  }
}

/** @returns whether it is connected, or will be */
async function connect(client: Reconnectable, withinMs: number): Promise<boolean> {
  let works: boolean | undefined;
  const connecting = client.connect().then(
    () => {
      works = true;
    },
    (error) => {
      debug('could not connect again: %s', error);
      works = false;
    },
  );
  // the Sentinel of redis 5 may work, and yet wait for ever for the connection that it had reserved before
  const isSettled = () => works !== undefined || client.isReady === true;
  // a Cluster waits for ever for a node that says nothing, and that of redis 6 for each master: the next time, it may ask another, which
  // knows who has taken the place of one that has failed
  do await patience(withinMs, connecting);
  while (!client.masters && !isSettled());
  return works ?? client.isReady ?? client.masters?.length !== 0;
}

/** Ends the connections at once. A Cluster of redis 4 waits for a node that it is connecting to: it is left to do so. */
export async function disconnect(client: Reconnectable, withinMs: number): Promise<void> {
  await within(withinMs, end(client));
}

/** @returns once they have ended, which is later where the client is busy with making one */
async function end(client: Reconnectable): Promise<void> {
  try {
    await (client.destroy ?? client.disconnect)?.call(client);
  } catch (error) {
    debug('could not disconnect: %s', error);
    if (client.masters) await endEach(client as object as ClusterOf5);
    else if (client.isOpen) await client.destroy?.();
  }
}

/** The Cluster of redis 5 goes no further than to the first connection that has ended for good already. */
async function endEach(cluster: ClusterOf5): Promise<void> {
  const nodes = [...cluster.masters, ...cluster.replicas, cluster.pubSubNode ?? {}];
  const connections = nodes.flatMap(({ client, pubSub }) => [client, pubSub?.client]);
  for (const connection of connections) if (connection?.isOpen) connection.destroy();
  // it forgets them, without waiting for any
  await cluster.close();
}
