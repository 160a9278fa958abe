import { setTimeout as delay } from 'node:timers/promises';
import { Burst } from '../burst';
import { sampled, usageOf } from '../measure';
import type { NodeProcess } from '../node-process';
import { BARRIER_ROOM, type SocketGroup } from '../protocol';
import { type Command, Replay } from '../resp';
import type { Context, Sample } from '../scenario';

/** What the scenarios share in which nodes receive messages. */

/** How many messages are sent, as a rule, before the nodes have to have dealt with them. */
const BURST = 500;

/** How often a message is sent to nodes that may not listen yet, in ms. */
const RETRY = 25;

export const barrierGroup = (nsp: string): SocketGroup => ({ nsp, rooms: [BARRIER_ROOM], count: 1 });

interface Receiving {
  nodes: readonly NodeProcess[];
  /** Sent in turn. */
  messages: readonly Command[];
  barrier: Command;
  /** If it is to be more. */
  burst?: number;
}

/**
 * Sends the messages again and again.
 *
 * @returns per message: the CPU time of a node and of Redis in µs, and the share of nodes in % that it came to
 */
export async function receive(
  context: Context & { times?: number },
  { nodes, messages, barrier, burst: size = BURST }: Receiving,
): Promise<Sample[]> {
  const { redis } = context;
  const replay = await Replay.connect(redis.port);
  const count = Math.max(size, messages.length);
  const burst = new Burst(Array.from({ length: count }, (_, i) => messages[i % messages.length] as Command));
  const last = new Burst([barrier]);

  async function pass(): Promise<void> {
    const passed = Promise.all(nodes.map((node) => node.barrier()));
    await replay.send(last);
    await passed;
  }

  async function work(milliseconds: number): Promise<{ sent: number; received: number }> {
    const end = performance.now() + milliseconds;
    let sent = 0;
    let received = 0;
    while (performance.now() < end) {
      received += await replay.send(burst);
      await pass();
      sent += count;
    }
    return { sent, received };
  }

  try {
    await allListen(nodes, () => replay.send(last));
    return await sampled(
      context,
      async (milliseconds) => {
        const usage = await usageOf(redis, nodes, () => work(milliseconds));
        const { sent, received } = usage.result;
        return {
          'node CPU': usage.nodes / nodes.length / sent,
          'Redis CPU': usage.redis / sent,
          received: (100 * received) / sent / nodes.length,
        };
      },
      nodes.length,
    );
  } finally {
    replay.close();
  }
}

/** Sends to the barrier room until all nodes have got it. */
async function allListen(nodes: readonly NodeProcess[], send: () => Promise<unknown>): Promise<void> {
  let listening = 0;
  for (const node of nodes) {
    void node.barrier().then(() => {
      listening += 1;
    });
  }
  while (listening < nodes.length) {
    await send();
    await delay(RETRY);
  }
  // of those that were sent in vain, none may come later
  await delay(2 * RETRY);
}
