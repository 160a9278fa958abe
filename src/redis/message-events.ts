import type { SubscriberEvents } from './pub-sub';

/** A client that gives messages as events: node_redis 2 and 3, and ioredis. */
interface MessageEmitter {
  on(event: string, listener: (...args: never[]) => void): unknown;
  removeListener(event: string, listener: (...args: never[]) => void): unknown;
}

/** @returns a function that removes every listener again */
export function listenToMessages(client: MessageEmitter, events: SubscriberEvents): () => void {
  return listenTo(client, {
    messageBuffer: (channel: Buffer | string, payload: Buffer) => events.message(channel.toString(), payload),
    pmessageBuffer: (pattern: Buffer | string, channel: Buffer | string, payload: Buffer) =>
      events.patternMessage(pattern.toString(), channel.toString(), payload),
    ready: () => events.ready(),
  });
}

/** Likewise, for sharded Pub/Sub. */
export function listenToShardedMessages(client: MessageEmitter, events: SubscriberEvents): () => void {
  return listenTo(client, {
    smessageBuffer: (channel: Buffer, payload: Buffer) => events.message(channel.toString(), payload),
    ready: () => events.ready(),
  });
}

function listenTo(client: MessageEmitter, listeners: Record<string, (...args: never[]) => void>): () => void {
  for (const [event, listener] of Object.entries(listeners)) client.on(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) client.removeListener(event, listener);
  };
}
