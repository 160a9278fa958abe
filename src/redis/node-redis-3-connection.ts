/** A client of redis 2.8 or 3, with what waits for its next connection. */
export interface QueueingClient {
  readonly offline_queue: OfflineQueue;
  /** Called on each new connection. */
  send_offline_queue(): void;
  internal_send_command(command: unknown): unknown;
  drain(): void;
  readonly connected: boolean;
  /** True from the moment on at which the server takes commands. */
  readonly ready: boolean;
  /** The connection. */
  readonly stream: { readonly destroyed?: boolean; destroy(): unknown };
  /** Called with the answer by which it becomes ready. */
  on_info_cmd(error: unknown, reply: unknown): void;
  /** How many answers to the SUBSCRIBE at hand are still to come, but one; 0 before the first. */
  sub_commands_left: number;
}

interface OfflineQueue {
  readonly length: number;
  shift(): unknown;
  unshift(...commands: unknown[]): unknown;
}

/**
 * Redis 2.8 and 3 send what waits until nothing does. But when the connection ends meanwhile, they put each command back, to be sent
 * on the next one: that goes on for ever, and the process does nothing else. So each is taken once.
 *
 * And they go on counting the answers to a SUBSCRIBE where the last connection ended: the next one is then over too early, and what comes
 * for it later ends the process. So they count anew.
 */
export function beginAnew(client: QueueingClient): void {
  client.send_offline_queue = () => {
    client.sub_commands_left = 0;
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

const CHECK_AGAIN_AFTER_MS = 1000;

/**
 * When Redis refuses to say whether it is ready, as to a user that is not there yet, redis 2.8 and 3 keep the connection, and ask no
 * more: it is never used. So they are made to connect anew.
 */
export function checkAgain(client: QueueingClient): void {
  const { on_info_cmd: onAnswer } = Object.getPrototypeOf(client) as QueueingClient;
  client.on_info_cmd = (error, reply) => {
    onAnswer.call(client, error, reply);
    const { stream } = client;
    if (!error || !client.connected || client.ready) return;
    setTimeout(() => {
      if (client.stream === stream && !client.ready) stream.destroy();
    }, CHECK_AGAIN_AFTER_MS).unref();
  };
}
