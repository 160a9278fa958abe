import { setTimeout as delay } from 'node:timers/promises';
import { fault, mustBe } from '../support/fault';
import type { NodeProcess } from '../support/node-process';
import { query } from '../support/query';
import type { Receiver } from '../support/receiver';

const NODES = 4;

export const rollingRestart = fault({
  name: 'four nodes replaced one after the other, 100 messages a second each',
  long: true,
  async run(stage) {
    const redis = await stage.redis();
    const options = { requestsTimeout: 2_000 };
    const up: { node: NodeProcess; client: Receiver }[] = [];
    const join = async () => {
      const node = await stage.node(redis, { options });
      up.push({ node, client: await stage.client(node) });
      await delay(200);
      await node.run(({ traffic }) => traffic.start(100));
    };
    for (let i = 0; i < NODES; i++) await join();

    const figures = { queries: 0, failed: 0, failure: '–', lost: 0, twice: 0, disordered: 0 };
    let going = true;
    const asking = (async () => {
      while (going) {
        const { error } = await query((up.at(-1) as { node: NodeProcess }).node);
        figures.queries += 1;
        if (!error) continue;
        figures.failed += 1;
        figures.failure = String(error.message);
      }
    })();
    const closed: { name: string; sent: number }[] = [];
    for (let i = 0; i < NODES; i++) {
      await join();
      const { node, client } = up.shift() as { node: NodeProcess; client: Receiver };
      closed.push({ name: node.name, sent: await node.run(({ traffic }) => traffic.stop()) });
      client.close();
      await node.run(async (node) => {
        await node.close();
        await node.clients?.close();
      });
      await node.kill();
    }
    going = false;
    await asking;
    const senders = [...closed];
    for (const { node } of up) senders.push({ name: node.name, sent: await node.run(({ traffic }) => traffic.stop()) });
    for (const { client } of up) {
      for (const { name, sent } of senders) {
        const first = client.of(name)[0]?.number;
        if (first === undefined) continue;
        const { lost, twice, disordered } = await client.tally(name, sent);
        figures.lost += lost - (first - 1);
        figures.twice += twice;
        figures.disordered += disordered;
      }
    }
    return figures;
  },
  mustHold: (figures) => mustBe(figures, { failed: 0, lost: 0, twice: 0, disordered: 0 }),
});
