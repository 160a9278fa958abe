/** A client of redis 2.8 or 3, with what waits for its next connection. */
export interface QueueingClient {
  readonly offline_queue: OfflineQueue;
  /** Called on each new connection. */
  send_offline_queue(): void;
  internal_send_command(command: unknown): unknown;
  drain(): void;
}

interface OfflineQueue {
  readonly length: number;
  shift(): unknown;
  unshift(...commands: unknown[]): unknown;
}

/**
 * Redis 2.8 and 3 send what waits until nothing does. But when the connection ends meanwhile, they put each command back, to be sent
 * on the next one: that goes on for ever, and the process does nothing else. So each is taken once.
 */
export function takeEachOnce(client: QueueingClient): void {
  client.send_offline_queue = () => {
    for (let left = client.offline_queue.length; left > 0; left--) {
      client.internal_send_command(client.offline_queue.shift());
    }
    client.drain();
  };
}

/**
 * With `retry_unfulfilled_commands`, redis 3 puts back all that has not been answered, in one call, and its queue takes but the first:
 * what is said of the others is nothing, for ever. So it takes all of them.
 */
export function putBackAll({ offline_queue: queue }: QueueingClient): void {
  const { unshift } = Object.getPrototypeOf(queue) as OfflineQueue;
  queue.unshift = (...commands) => {
    for (const command of commands.reverse()) unshift.call(queue, command);
  };
}
