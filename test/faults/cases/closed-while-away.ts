import { fault, mustBe, mustBeWithin } from '../support/fault';

/** Milliseconds that the process has to end by itself. */
const LEAVES_WITHIN = 2_000;

/** For so many milliseconds more, the `disconnect()` of a user's ioredis keeps the process. */
const IOREDIS_STAYS = 2_000;

function closedWhile(name: string, state: 'killed' | 'frozen') {
  return fault({
    name,
    long: state === 'frozen',
    async run(stage) {
      const redis = await stage.redis();
      const [node] = await stage.nodes(2, redis, { options: { requestsTimeout: 60_000 } });
      if (!node) throw new Error('no node');
      if (state === 'killed') await redis.kill();
      else redis.freeze();
      const begin = performance.now();
      const settled = node.run(async (node) => {
        const asked = Promise.allSettled([node.ids(), node.ids(), node.ids()]);
        // a user closes the clients after the adapter
        void node.close().then(() => node.clients?.close());
        return (await asked).length;
      });
      const ended = await node.exits(2 * (LEAVES_WITHIN + IOREDIS_STAYS));
      const pending = await Promise.race([settled, Promise.resolve()]).catch(() => undefined);
      return { settled: pending ?? 0, exits: ended !== undefined, ms: Math.round(performance.now() - begin) };
    },
    mustHold(figures, { client }) {
      mustBe(figures, { settled: 3, exits: true });
      mustBeWithin('ms', figures.ms, LEAVES_WITHIN + (client.startsWith('ioredis') ? IOREDIS_STAYS : 0));
    },
  });
}

export const closedWhileAway = closedWhile('io.close() with requests pending and Redis killed', 'killed');

export const closedWhileFrozen = closedWhile('io.close() with requests pending and Redis frozen', 'frozen');
