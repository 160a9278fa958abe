import { channelsOn, patternsOn } from '../../support/channels';
import { eventually } from '../../support/eventually';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import type { NodeProcess } from '../support/node-process';

const MEGABYTE = 2 ** 20;

/** Of both nodes together, in the first half: caches, compiled code, and the tables of Node.js that redis 6 fills. */
const MAY_GROW_MB = 16;
/** In the second half, when all that is there. */
const MAY_GROW_AGAIN_MB = 3;

/** @param part - of a day */
function daysWork(part: number, long: boolean) {
  const work = { broadcasts: 1e6 * part, joins: 1e5 * part, namespaces: 1e4 * part };
  return fault({
    name: `${work.broadcasts} broadcasts, ${work.joins} joins, ${work.namespaces} namespaces opened and closed`,
    long,
    async run(stage) {
      const redis = await stage.redis();
      const [busy, other] = await stage.nodes(2, redis);
      if (!busy || !other) throw new Error('no nodes');
      const client = await stage.client(busy);
      await busy.run(({ traffic }) => traffic.send(100));
      const subscriptions = async () => (await channelsOn([redis])).length + (await patternsOn([redis]));
      const heap = async () => {
        const sizes = [busy, other].map((node) =>
          node.run(async () => {
            await new Promise((resolve) => setTimeout(resolve, 1_000));
            globalThis.gc?.();
            return process.memoryUsage().heapUsed;
          }),
        );
        return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      };
      const before = { subscriptions: await subscriptions(), heap: await heap() };
      const halfOfIt = () => half(busy, { ...work, id: client.id });
      /** What is left once the subscriptions are, in MB; settles when it is no more than it may be. */
      const grown = async (since: number, most: number) => {
        await eventually(async () => (await subscriptions()) === before.subscriptions).catch(() => undefined);
        let mb = Number.POSITIVE_INFINITY;
        const settled = async () => {
          mb = Math.round(((await heap()) - since) / MEGABYTE);
          return mb <= most;
        };
        // redis 6 keeps what was published for the five seconds of its command timeout
        await eventually(settled, { within: 30_000 }).catch(() => undefined);
        return mb;
      };
      await halfOfIt();
      const heapMb = await grown(before.heap, MAY_GROW_MB);
      const middle = await heap();
      await halfOfIt();
      const heapMbAgain = await grown(middle, MAY_GROW_AGAIN_MB);
      return { subscriptionsLeft: (await subscriptions()) - before.subscriptions, heapMb, heapMbAgain };
    },
    mustHold(figures) {
      mustBe(figures, { subscriptionsLeft: 0 });
      mustBeWithin('heapMb', figures.heapMb, MAY_GROW_MB);
      mustBeWithin('heapMbAgain', figures.heapMbAgain, MAY_GROW_AGAIN_MB);
    },
  });
}

interface Work {
  broadcasts: number;
  joins: number;
  namespaces: number;
  /** Of the socket that joins. */
  id: string;
}

function half(node: NodeProcess, work: Work): Promise<void> {
  return node.run(async ({ io, adapter, adapterOf, generation }, { broadcasts, joins, namespaces, id }) => {
    const pause = () => new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < broadcasts / 2; i++) {
      io.to(`room ${i % 1000}`).emit('work', i);
      if (i % 500 === 0) await pause();
    }
    const rooms = adapter as unknown as Record<'addAll' | 'del', (id: string, rooms: unknown) => void>;
    for (let i = 0; i < joins / 2; i++) {
      rooms.addAll(id, generation === 2 ? [`r${i}`] : new Set([`r${i}`]));
      rooms.del(id, `r${i}`);
      if (i % 500 === 0) await pause();
    }
    const all = io as unknown as { _nsps?: Map<string, unknown>; nsps?: Record<string, unknown> };
    for (let i = 0; i < namespaces / 2; i++) {
      const name = `/n${i}`;
      io.of(name);
      const opened = adapterOf(name) as { ready?: Promise<void>; close?: () => unknown };
      await opened.ready;
      await opened.close?.();
      all._nsps?.delete(name);
      if (all.nsps) delete all.nsps[name];
    }
  }, work);
}

export const daysWorkInFull = daysWork(1, true);

export const twentiethOfADaysWork = daysWork(1 / 20, false);
