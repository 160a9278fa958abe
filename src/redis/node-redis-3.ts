import { readChannels, readCounts } from './counts';
import type { Publisher, Subscriber } from './driver';
import { listenToMessages } from './message-events';
import { beginAnew, checkAgain, putBackAll, type QueueingClient } from './node-redis-3-connection';

/** redis 2.8 and 3 (node_redis): callbacks, and messages as events. */
export interface NodeRedis3Client extends QueueingClient {
  /** Whether what it is given before is kept until then. */
  readonly enable_offline_queue: boolean;
  publish(channel: string, payload: string | Buffer, callback: Callback): unknown;
  subscribe(channels: string[], callback: Callback): unknown;
  unsubscribe(channels: string[], callback: Callback): unknown;
  psubscribe(patterns: string[], callback: Callback): unknown;
  punsubscribe(patterns: string[], callback: Callback): unknown;
  send_command(command: string, args: string[], callback: Callback): unknown;
  end(flush: boolean): unknown;
  readonly options?: { readonly return_buffers?: boolean };
  on(event: string, listener: (...args: never[]) => void): unknown;
  removeListener(event: string, listener: (...args: never[]) => void): unknown;
}

type Callback = (error: Error | null, reply: unknown) => void;

export function isNodeRedis3(client: object): client is NodeRedis3Client {
  return 'psubscribe' in client && 'send_command' in client && 'ready' in client && typeof client.ready === 'boolean';
}

export function subscribeWithNodeRedis3(client: NodeRedis3Client): Subscriber {
  keepWhatWaits(client);
  return {
    isReady: () => client.ready,
    endsForAll: true,
    channels: {
      subscribe: (channels) => promised((done) => client.subscribe([...channels], done)),
      unsubscribe: (channels) => promised((done) => client.unsubscribe([...channels], done)),
    },
    patterns: {
      subscribe: (patterns) => promised((done) => client.psubscribe([...patterns], done)),
      unsubscribe: (patterns) => promised((done) => client.punsubscribe([...patterns], done)),
    },
    // with `return_buffers` it gives Buffers by its usual events, and has no others
    listen: (events) =>
      client.options?.return_buffers
        ? listenToMessages(client, events, ['message', 'pmessage'])
        : listenToMessages(client, events),
    reconnect: () => reconnect(client),
  };
}

export function publishWithNodeRedis3(client: NodeRedis3Client): Publisher {
  keepWhatWaits(client);
  return {
    publish: (channel, payload) => unlessRefused(client, (done) => client.publish(channel, payload, done)),
    countSubscribers: async (channels) =>
      readCounts(await unlessRefused(client, (done) => client.send_command('pubsub', ['numsub', ...channels], done))),
    listChannels: async (pattern) =>
      readChannels(await unlessRefused(client, (done) => client.send_command('pubsub', ['channels', pattern], done))),
    reconnect: () => reconnect(client),
  };
}

function keepWhatWaits(client: NodeRedis3Client): void {
  beginAnew(client);
  putBackAll(client);
  checkAgain(client);
}

/** @returns undefined while it waits for its next attempt, and when its owner has ended it */
function reconnect({ stream }: NodeRedis3Client): Promise<void> | undefined {
  if (stream.destroyed) return undefined;
  stream.destroy();
  return Promise.resolve();
}

/**
 * Without a queue, a client refuses what comes before it is ready. But while it waits for an answer it tells so with that, by calls
 * within calls, and many of them end the process: so it is not even asked.
 */
function unlessRefused(client: NodeRedis3Client, command: (done: Callback) => unknown): Promise<unknown> {
  return client.ready || client.enable_offline_queue
    ? promised(command)
    : Promise.reject(new Error('the client is not ready, and has no queue'));
}

function promised(command: (done: Callback) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    command((error, reply) => (error ? reject(error) : resolve(reply)));
  });
}
