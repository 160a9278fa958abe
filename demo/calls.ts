/** How the process of a node is called by the one that has started it: NodeProcess calls, `answerCalls()` answers. */

/** Milliseconds until a process that does not come to an end is ended. */
const LEAVES_WITHIN = 1_500;

/** The methods that a process can be called by. */
export type Methods<T> = { [K in keyof T]: (...args: never[]) => Promise<unknown> };

export interface Call {
  id: number;
  method: string;
  args: unknown[];
}

/** The reply to a call; without an id, an error that no call has brought about. */
export type Reply = { id: number; value: unknown } | { id?: number; error: string };

/**
 * Answers the calls of the process that has started this one, until that one disconnects. Then this one ends.
 *
 * @param close - closes what was started; undefined when nothing was
 */
export function answerCalls<T extends Methods<T>>(methods: T, close: () => Promise<void> | undefined): void {
  process.on('message', async ({ id, method, args }: Call) => {
    try {
      // `Call` does not say which arguments belong to which method; the caller's types do
      reply({ id, value: await methods[method as keyof T](...(args as never[])) });
    } catch (error) {
      reply({ id, error: describe(error) });
    }
  });

  process.once('disconnect', async () => {
    // when nobody waits for this process any more, it must not stay
    setTimeout(() => process.exit(1), LEAVES_WITHIN).unref();
    const closing = close();
    if (!closing) process.exit();
    await closing;
  });

  // Ctrl-C reaches all processes of a terminal at once: main.ts decides what comes of it
  process.on('SIGINT', () => {});
}

/** Tells the process that has started this one about an error that no call has brought about. */
export function reportError(error: unknown): void {
  reply({ error: describe(error) });
}

function reply(message: Reply): void {
  // the callback keeps a channel that is just being closed from throwing
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** For a name with several addresses, Node.js has one error each, and none of its own to tell. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}
