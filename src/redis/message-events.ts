import type { SubscriberEvents } from './driver';

/** A client that gives messages as events: node_redis 2 and 3, and ioredis. */
interface MessageEmitter {
  on(event: string, listener: (...args: never[]) => void): unknown;
  removeListener(event: string, listener: (...args: never[]) => void): unknown;
}

/**
 * @param names - of the events that give Buffers
 * @returns a function that removes every listener again
 */
export function listenToMessages(
  client: MessageEmitter,
  events: SubscriberEvents,
  [message, pmessage]: readonly [string, string] = ['messageBuffer', 'pmessageBuffer'],
): () => void {
  return listenTo(client, {
    [message]: (channel: Buffer | string, payload: Buffer) => events.message(textOf(channel), payload),
    [pmessage]: (pattern: Buffer | string, channel: Buffer | string, payload: Buffer) =>
      events.patternMessage(textOf(pattern), bytesOf(channel), payload),
    ready: () => events.ready(),
  });
}

/** Likewise, for sharded Pub/Sub. */
export function listenToShardedMessages(client: MessageEmitter, events: SubscriberEvents): () => void {
  return listenTo(client, {
    smessageBuffer: (channel: Buffer, payload: Buffer) => events.message(textOf(channel), payload),
    ready: () => events.ready(),
  });
}

/** The clients differ in which of the names they give as text; measured: `toString()` of a text takes as long as that of a Buffer. */
function textOf(name: Buffer | string): string {
  return typeof name === 'string' ? name : name.toString();
}

function bytesOf(name: Buffer | string): Buffer {
  return typeof name === 'string' ? Buffer.from(name) : name;
}

function listenTo(client: MessageEmitter, listeners: Record<string, (...args: never[]) => void>): () => void {
  for (const [event, listener] of Object.entries(listeners)) client.on(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) client.removeListener(event, listener);
  };
}
