import { setTimeout as delay } from 'node:timers/promises';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import type { NodeProcess } from '../support/node-process';
import { SilencingProxy } from '../support/proxy';
import { finds, query } from '../support/query';
import type { Stage } from '../support/stage';

/** Milliseconds; the queries' timeout. */
const TIMEOUT = 2_000;

interface Cast {
  asker: NodeProcess;
  lost: NodeProcess;
  /** Between the lost node and Redis. */
  proxy: SilencingProxy;
}

async function threeNodes(stage: Stage): Promise<Cast> {
  const redis = await stage.redis();
  const proxy = await SilencingProxy.start(redis);
  stage.onEnd(() => proxy.close());
  const settings = { options: { requestsTimeout: TIMEOUT } };
  const [asker] = await stage.nodes(2, redis, settings);
  const lost = await stage.node({ nodes: [proxy] }, settings);
  if (!asker) throw new Error('no node');
  for (const node of [asker, lost]) await stage.client(node);
  await finds(asker, 2);
  return { asker, lost, proxy };
}

export const peerFrozen = fault({
  name: 'a peer frozen while a query is out (timeout 2 s)',
  async run(stage) {
    const { asker, lost } = await threeNodes(stage);
    const uid = await lost.run(({ adapter }) => String(adapter.uid));
    lost.freeze();
    const { found, ms, error } = await query(asker);
    const next = await query(asker);
    lost.thaw();
    await finds(asker, 2);
    const partial = Array.isArray(error?.partial) ? error.partial.length : 0;
    return {
      found,
      ms,
      partial,
      named: String(error?.missing) === uid,
      nextMs: next.ms,
      nextNamed: String(next.error?.missing) === uid,
    };
  },
  mustHold(figures) {
    mustBe(figures, { found: 'ERR_SOCKET_IO_REDIS_TIMEOUT', partial: 1, named: true, nextNamed: true });
    mustBeWithin('nextMs', figures.nextMs, 500);
    mustBeWithin('ms', figures.ms, TIMEOUT + 500);
  },
});

/** Makes the peer deaf, asks, and ends the peer while the query is out. */
function peerEnds(name: string, end: (lost: NodeProcess) => Promise<unknown>) {
  return fault({
    name,
    async run(stage) {
      const { asker, lost, proxy } = await threeNodes(stage);
      proxy.swallow();
      const asked = query(asker);
      await delay(300);
      const begin = performance.now();
      const ended = end(lost);
      const { found } = await asked;
      const ms = Math.round(performance.now() - begin);
      await ended;
      const next = await query(asker);
      return { found, ms, nextFound: next.found, nextMs: next.ms };
    },
    mustHold(figures) {
      mustBe(figures, { found: 1, nextFound: 1 });
      // at the next look at who is still there, which comes every second
      mustBeWithin('ms', figures.ms, 1_500);
      mustBeWithin('nextMs', figures.nextMs, 500);
    },
  });
}

export const peerKilled = peerEnds('a peer killed while a query is out (timeout 2 s)', (lost) => lost.kill());

export const peerClosed = peerEnds('a peer closed while a query is out (timeout 2 s)', (lost) =>
  lost.run(async (node) => {
    await node.close();
    await node.clients?.close();
  }),
);
