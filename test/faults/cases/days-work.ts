import { channelsOn, patternsOn } from '../../support/channels';
import { eventually } from '../../support/eventually';
import { fault, mustBe, mustBeWithin } from '../support/fault';

const MEGABYTE = 2 ** 20;

/** Of both nodes together: caches and compiled code. */
const MAY_GROW_MB = 8;

/** @param part - of a day */
function daysWork(part: number, long: boolean) {
  const work = { broadcasts: 1e6 * part, joins: 1e5 * part, namespaces: 1e4 * part };
  return fault({
    name: `${work.broadcasts} broadcasts, ${work.joins} joins, ${work.namespaces} namespaces opened and closed`,
    long,
    todo: () =>
      part === 1 ? '10 MB are left after a whole day, over redis 6: where they are is not known yet' : undefined,
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
      await busy.run(
        async ({ io, adapter, adapterOf, generation }, { broadcasts, joins, namespaces, id }) => {
          const pause = () => new Promise((resolve) => setImmediate(resolve));
          for (let i = 0; i < broadcasts; i++) {
            io.to(`room ${i % 1000}`).emit('work', i);
            if (i % 500 === 0) await pause();
          }
          const rooms = adapter as unknown as Record<'addAll' | 'del', (id: string, rooms: unknown) => void>;
          for (let i = 0; i < joins; i++) {
            rooms.addAll(id, generation === 2 ? [`r${i}`] : new Set([`r${i}`]));
            rooms.del(id, `r${i}`);
            if (i % 500 === 0) await pause();
          }
          const all = io as unknown as { _nsps?: Map<string, unknown>; nsps?: Record<string, unknown> };
          for (let i = 0; i < namespaces; i++) {
            const name = `/n${i}`;
            io.of(name);
            const opened = adapterOf(name) as { ready?: Promise<void>; close?: () => unknown };
            await opened.ready;
            await opened.close?.();
            all._nsps?.delete(name);
            if (all.nsps) delete all.nsps[name];
          }
        },
        { ...work, id: client.id },
      );
      await eventually(async () => (await subscriptions()) === before.subscriptions).catch(() => undefined);
      const left = (await subscriptions()) - before.subscriptions;
      let heapMb = Number.POSITIVE_INFINITY;
      const settled = async () => {
        heapMb = Math.round(((await heap()) - before.heap) / MEGABYTE);
        return heapMb <= MAY_GROW_MB;
      };
      // redis 6 keeps what was published for the five seconds of its command timeout
      await eventually(settled, { within: 30_000 }).catch(() => undefined);
      return { subscriptionsLeft: left, heapMb };
    },
    mustHold(figures) {
      mustBe(figures, { subscriptionsLeft: 0 });
      mustBeWithin('heapMb', figures.heapMb, MAY_GROW_MB);
    },
  });
}

export const daysWorkInFull = daysWork(1, true);

export const twentiethOfADaysWork = daysWork(1 / 20, false);
