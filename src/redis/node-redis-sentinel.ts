import { setImmediate as turn } from 'node:timers/promises';

/** redis 5 and 6, `createSentinel()`: what is needed of one that publishes. */
export interface NodeRedisSentinel {
  publish(channel: string, payload: string | Buffer): Promise<unknown>;
  sendCommand(isReadonly: boolean, args: (string | Buffer)[]): Promise<unknown>;
}

export function isNodeRedisSentinel(client: object): client is NodeRedisSentinel {
  return 'getSentinelNode' in client && 'pSubscribe' in client;
}

interface Commands {
  underWay: number;
  /** Fulfilled once the first of them has its connection. */
  beginning: Promise<unknown> | undefined;
}

const commandsOf = new WeakMap<object, Commands>();

/**
 * Sends a command to the master: with `replicaPoolSize`, the Sentinel takes PUBLISH for one that reads, and those who listen to the
 * master would never hear of it.
 *
 * The Sentinel lends all commands the connection that the first one gets. But those that begin in the same tick each ask for one:
 * they are then sent one after the other, once the one before has been answered, or with `masterPoolSize` over several connections, in
 * any order, and those for which there is none left wait for ever. So the first one begins alone.
 *
 * @param sentinel - or the same with other options
 * @param of - who is shared by all of them
 */
export async function toMaster(
  sentinel: Pick<NodeRedisSentinel, 'sendCommand'>,
  args: (string | Buffer)[],
  of: object = sentinel,
): Promise<unknown> {
  const commands = commandsOf.get(of) ?? { underWay: 0, beginning: undefined };
  commandsOf.set(of, commands);
  if (commands.beginning) await commands.beginning;
  else if (commands.underWay === 0) begin(commands);
  commands.underWay += 1;
  try {
    return await sentinel.sendCommand(false, args);
  } finally {
    commands.underWay -= 1;
  }
}

function begin(commands: Commands): void {
  commands.beginning = turn().then(() => {
    commands.beginning = undefined;
  });
}
