/** What has been written to a connection and is not answered; private, and the same in versions 4 to 6. */
interface Unanswered {
  readonly length: number;
  toArray(): readonly { readonly command: OwnCommand }[];
}

interface Client {
  /** That of the connection; each has another. */
  readonly commandQueue?: Unanswered;
  /** That of an earlier one, which is to be sent again. */
  readonly prevCommandQueue?: Unanswered | null;
}

interface OwnCommand {
  isOfSocketIoRedis?: true;
  reject(error: Error): unknown;
}

/**
 * What ioredis does not send again after a connection has ended, it often forgets, and nobody learns what has come of it: with
 * `autoResendUnfulfilledCommands: false` everything; in version 4 what waits while yet another connection ends; in the others what
 * was sent on one that was never ready. So we let fail what is ours.
 *
 * @returns to be called with each command of ours before it is sent
 */
export function failForgotten(client: Client): (command: object) => void {
  let current: Unanswered | undefined;
  let earlier: Unanswered[] = [];
  return (command) => {
    (command as OwnCommand).isOfSocketIoRedis = true;
    const { commandQueue, prevCommandQueue } = client;
    if (current && current !== commandQueue) earlier.push(current);
    current = commandQueue;
    if (earlier.length === 0) return;
    const waits = (queue: Unanswered) => queue === prevCommandQueue;
    for (const queue of earlier) if (!waits(queue)) fail(queue);
    earlier = earlier.filter(waits);
  };
}

function fail(queue: Unanswered): void {
  // what has been sent again is not in it any more
  if (queue.length === 0) return;
  const error = new Error('the connection ended before Redis answered');
  for (const { command } of queue.toArray()) if (command.isOfSocketIoRedis) command.reject(error);
}
