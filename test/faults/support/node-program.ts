/**
 * A Socket.IO server in a process of its own, which does what its parent sends it functions for. Nothing catches errors here:
 * what would end a user's process ends this one.
 */
import redisAdapter = require('../../../src/index');

import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';

import socketIoRedis5 = require('socket.io-redis-5');

import { listen, type ServerNode } from '../../support/fleet';
import { type ClientPair, clientKinds, type Topology } from '../../support/redis-clients';
import type { Target } from '../../support/redis-target';
import { isOurs, OWN_CLIENT, type Subject } from './subjects';
import { Traffic } from './traffic';

/** What the process is started with. */
export interface NodeSettings {
  name: string;
  subject: Subject;
  topology: Topology;
  target: Target;
  /** Of the adapter. */
  options: object;
  /** Whether to wait until the adapter hears the others. */
  wait: boolean;
  /** Whether somebody listens to the errors of the clients, as the published adapters ask for. */
  errorListeners: boolean;
  /** How many servers share the pair of clients. */
  servers: number;
}

/** What functions from the parent get to work with. */
export interface NodeContext extends ServerNode {
  settings: NodeSettings;
  /** All servers of this process, itself the first. */
  servers: readonly ServerNode[];
  /** Unless the adapter made its own. */
  clients: ClientPair | undefined;
  traffic: Traffic;
  /** The ids of the sockets of all nodes, by the query that the adapter has for it. */
  ids(): Promise<string[]>;
  /** Where functions keep things for later ones; `errors` are those that the adapter told as warnings. */
  kept: Record<string, unknown>;
}

export interface Call {
  id: number;
  source: string;
  argument: unknown;
}

export type Reply = { id: number; value: unknown } | { id: number; error: ErrorFields };

/** What is left of an error between two processes. */
export interface ErrorFields {
  name: string;
  message: string;
  [field: string]: unknown;
}

async function main(settings: NodeSettings): Promise<void> {
  const { subject, topology, target, wait } = settings;
  const kept = { errors: 0 };
  // until somebody listens, the adapter tells its errors as a warning
  process.on('warning', ({ name }) => {
    if (name === 'SocketIoRedisWarning') kept.errors += 1;
  });
  const kind = clientKinds.find((kind) => kind.topology === topology && kind.name.startsWith(subject.client));
  const clients = subject.client === OWN_CLIENT ? undefined : kind?.make(target);
  if (clients && settings.errorListeners) listenToErrors([clients.pubClient, clients.subClient]);
  const connected = clients?.connect();
  if (wait) await connected;
  const factory = adapterOf(settings, clients);
  const servers: ServerNode[] = [];
  for (let i = 0; i < settings.servers; i++) servers.push(await listen(subject.generation, factory));
  if (wait) await Promise.all(servers.map(({ adapter }) => adapter.ready));
  if (!clients && settings.errorListeners) listenToErrors(servers.map(({ adapter }) => adapter));

  const [server] = servers;
  const context = Object.assign(Object.create(server as ServerNode) as ServerNode, {
    settings,
    servers,
    clients,
    traffic: new Traffic(settings.name, server as ServerNode),
    ids: () => idsOf(subject, server as ServerNode),
    kept,
  });
  serve(context);
  process.send?.({ url: context.url });
}

function listenToErrors(emitters: readonly NodeJS.EventEmitter[]): void {
  for (const emitter of emitters) emitter.on('error', () => {});
}

function adapterOf({ subject, target, options }: NodeSettings, clients: ClientPair | undefined): unknown {
  const { nodes, username, password } = target;
  const [{ host, port }] = nodes;
  const make: (options: object) => unknown = isOurs(subject) ? redisAdapter : socketIoRedis5;
  if (!clients) return make({ host, port, ...(username ? { username, password } : {}), ...options });
  const { pubClient, subClient } = clients;
  switch (subject.adapter) {
    case 'ours':
      return redisAdapter(pubClient, subClient, options);
    case 'ours dynamic':
      return redisAdapter(pubClient, subClient, { ...options, subscriptionMode: 'dynamic' });
    case 'ours sharded':
      return redisAdapter.createShardedAdapter(pubClient, subClient, options);
    case '5.3.0':
      return socketIoRedis5({ pubClient, subClient, ...options });
    case '8.3.0':
      return createAdapter(pubClient, subClient, options);
    case '8.3.0 sharded':
      return createShardedAdapter(pubClient, subClient, options);
  }
}

function idsOf(subject: Subject, { io, adapter: api }: ServerNode): Promise<string[]> {
  if (isOurs(subject)) return api.clients();
  if (subject.adapter === '5.3.0') {
    return new Promise((resolve, reject) => {
      api.clients((error, ids) => (error ? reject(error) : resolve(ids as string[])));
    });
  }
  const { fetchSockets } = io as unknown as { fetchSockets(): Promise<{ id: string }[]> };
  return fetchSockets.call(io).then((sockets) => sockets.map(({ id }) => id));
}

function serve(context: NodeContext): void {
  let running = 0;
  // the channel keeps the process alive only while there is something to reply to
  process.channel?.unref();
  process.on('message', async ({ id, source, argument }: Call) => {
    running += 1;
    process.channel?.ref();
    const reply = await call(source, context, argument).then(
      (value): Reply => ({ id, value }),
      (error): Reply => ({ id, error: fieldsOf(error) }),
    );
    running -= 1;
    process.send?.(reply, () => {
      if (running === 0) process.channel?.unref();
    });
  });
  process.on('disconnect', () => process.exit());
}

async function call(source: string, context: NodeContext, argument: unknown): Promise<unknown> {
  const run = new Function(`return (${source})`)() as (context: NodeContext, argument: unknown) => unknown;
  return run(context, argument);
}

function fieldsOf(error: unknown): ErrorFields {
  if (!(error instanceof Error)) return { name: 'unknown', message: String(error) };
  const { name, message } = error;
  return { ...JSON.parse(JSON.stringify(error)), name, message };
}

void main(JSON.parse(process.argv[2] as string));
