import { fault, mustBe } from '../support/fault';
import { OWN_CLIENT } from '../support/subjects';

export const clientsClosed = fault({
  name: 'clients closed by the user with commands in their queues',
  concerns: ({ client }) => client !== OWN_CLIENT,
  async run(stage) {
    const redis = await stage.redis();
    const node = await stage.node(redis, { options: { requestsTimeout: 1_000 } });
    const client = await stage.client(node);
    const sent = await node.run(async ({ traffic, clients, ids }) => {
      const asked = ids().catch(() => {});
      traffic.send(500);
      await clients?.close();
      traffic.send(500);
      await asked;
      return traffic.sent;
    });
    const { lost } = await client.tally(node.name, sent);
    const asked = await node.run(({ ids }) => ids().then(String, ({ message }: Error) => message));
    return { localLost: lost, asked: asked.slice(0, 60) };
  },
  mustHold: (figures) => mustBe(figures, { localLost: 0 }),
});
