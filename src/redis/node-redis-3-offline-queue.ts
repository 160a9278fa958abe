/** A client of redis 2.8 or 3, with what waits for its next connection. */
export interface QueueingClient {
  readonly offline_queue: { readonly length: number; shift(): unknown };
  /** Called on each new connection. */
  send_offline_queue(): void;
  internal_send_command(command: unknown): unknown;
  drain(): void;
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
