import { failForgotten } from './ioredis-unanswered';

/** What of an ioredis client it takes to see it otherwise. */
export interface ViewedClient {
  readonly options?: object;
  sendCommand(command: object, stream?: unknown, node?: unknown): Promise<unknown>;
}

/**
 * The same client, seen so that its methods hand their commands over one by one, and name channels as they are: with its option
 * `keyPrefix`, ioredis takes those of sharded Pub/Sub for keys, and a message then comes on a channel of another name. With
 * `enableAutoPipelining`, ioredis would set on the view what is the client's, send a Cluster's PUNSUBSCRIBE to another connection than its
 * PSUBSCRIBE, and lose the name of a command given to `call()`.
 *
 * What is sent through it is answered, or fails: see `failForgotten()`.
 *
 * @param prepare - called with each command before it is sent
 */
export function viewOf<C extends ViewedClient>(client: C, prepare: (command: object) => void = () => {}): C {
  const beforeSending = failForgotten(client as object);
  return handingOver(client, (command, stream, node) => {
    beforeSending(command);
    prepare(command);
    return client.sendCommand(command, stream, node);
  });
}

/** Likewise, with another function that gets the commands, and sends them. */
export function handingOver<C extends ViewedClient>(client: C, sendCommand: C['sendCommand']): C {
  const options = Object.create(client.options ?? null, {
    keyPrefix: { value: '' },
    enableAutoPipelining: { value: false },
  });
  return Object.create(client, { sendCommand: { value: sendCommand }, options: { value: options } });
}

/**
 * For what is waited for however long it takes: with its option `commandTimeout`, ioredis gives a command up, but keeps it, and Redis
 * still gets it. While Redis hangs, what is published would have no bound, since what waits is counted; and what is subscribed to
 * would be asked for again and again.
 */
export function withoutTimeout(command: object): void {
  (command as { setTimeout: unknown }).setTimeout = setNoTimeout;
}

function setNoTimeout(): void {}
