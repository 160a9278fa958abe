import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createCluster } from 'redis';
import { connectionSettings } from '../connection-options';
import { endClient } from '../redis/client-life';
import { type ConnectionSettings, connectClient, socketOptions } from '../redis/connect';
import { isForbidden, type PubSub, type RedisClient } from '../redis/pub-sub';
import { sharePubSub } from '../redis/shared-pub-sub';
import { within } from '../within';
import { explain, InspectError } from './errors';

const ANSWERS_WITHIN_MS = 5000;

/** A Redis, or a whole Cluster, to look at. */
export interface Redis {
  classic: PubSub;
  sharded: PubSub;
  /** Undefined when Redis does not let this user ask. */
  server: Server | undefined;
  /** Rejects when a connection is lost: it is not made again. */
  lost: Promise<never>;
  /** Waits for what takes as long as Redis does, but not for ever. @throws {InspectError} */
  inTime<T>(asked: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Server {
  version: string;
  mode: string;
}

interface Clients {
  server: Server | undefined;
  pubClient: RedisClient;
  subClient: RedisClient;
}

type Watch = <C extends RedisClient>(client: C) => C;

/** @throws {InspectError} @throws {InvalidOptionError} */
export async function openRedis(uri: string | undefined): Promise<Redis> {
  const settings = { ...connectionSettings(uri, {}), reconnectStrategy: () => false as const };
  const address = settings.path ?? `${settings.host}:${settings.port}`;
  const clients: RedisClient[] = [];
  let lose: (error: Error) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  lost.catch(() => undefined);
  const watch: Watch = (client) => {
    clients.push(client);
    client.on('error', (error) => lose(explain(error, address)));
    return client;
  };
  const inTime = <T>(asked: Promise<T>) => Promise.race([asked, noAnswer(address)]);
  const endAll = () => Promise.all(clients.map(endClient));
  try {
    const { server, pubClient, subClient } = await Promise.race([connectInTime(settings, watch), lost]);
    const classic = sharePubSub(pubClient, subClient, 'classic');
    const sharded = sharePubSub(pubClient, subClient, 'sharded');
    const close = async () => {
      for (const { release } of [classic, sharded]) release();
      await endAll();
    };
    return { classic: classic.pubSub, sharded: sharded.pubSub, server, lost, inTime, close };
  } catch (error) {
    await endAll();
    throw explain(error, address);
  }
}

async function connectAll(settings: ConnectionSettings, watch: Watch): Promise<Clients> {
  const first = watch(connectClient(settings));
  first.ref();
  await once(first, 'ready');
  const server = await readServer(first);
  if (server?.mode === 'sentinel')
    throw new InspectError('This is a Sentinel: give the address of the master it watches');
  if (server?.mode !== 'cluster') {
    const subClient = watch(first.duplicate());
    await subClient.connect();
    return { server, pubClient: first, subClient };
  }
  const pubClient = watch(clusterOf(settings));
  const subClient = watch(pubClient.duplicate());
  await Promise.all([pubClient.connect(), subClient.connect()]);
  return { server, pubClient, subClient };
}

/** Its nodes are found through the one that was given. */
function clusterOf(settings: ConnectionSettings) {
  const { host, port, username, password } = settings;
  const login = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  const defaults = { ...login, socket: socketOptions(settings) };
  // without HELLO, as connectClient() does
  return createCluster({ rootNodes: [{ socket: { host, port } }], RESP: 2, defaults });
}

async function readServer(client: ReturnType<typeof connectClient>): Promise<Server | undefined> {
  try {
    const info = await client.info('server');
    const read = (field: string) => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    return {
      version: read('valkey_version') || read('redis_version'),
      mode: read('redis_mode') || read('server_mode'),
    };
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

const NO_ANSWER = `no answer within ${ANSWERS_WITHIN_MS / 1000} s`;

async function connectInTime(settings: ConnectionSettings, watch: Watch): Promise<Clients> {
  const connecting = connectAll(settings, watch);
  if (!(await within(ANSWERS_WITHIN_MS, connecting))) throw new Error(NO_ANSWER);
  return connecting;
}

async function noAnswer(address: string): Promise<never> {
  // the connections keep the process, until they are ended
  await delay(ANSWERS_WITHIN_MS, undefined, { ref: false });
  throw explain(NO_ANSWER, address);
}
