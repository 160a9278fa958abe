import { eventually } from '../../support/eventually';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import { backWithin } from '../support/load';

export const redisAwayAtStart = fault({
  name: 'Redis away when the servers start, and there later',
  async run(stage) {
    const redis = await stage.redis();
    await redis.kill();
    const node = await stage.node(redis, { wait: false });
    const client = await stage.client(node);
    const other = await stage.client(await stage.node(redis, { wait: false }));

    const sent = await node.run(({ traffic }) => traffic.send(100));
    const local = await client.tally('a', sent);
    const begin = performance.now();
    await redis.start();
    await node.run(({ traffic }) => traffic.start(200));
    const joined = await other.firstAfter(begin, 'a');
    const ids = await eventually(async () => (await node.run(({ ids }) => ids())).length === 2).then(
      () => 2,
      () => 1,
    );
    return { localLost: local.lost, joined, ids };
  },
  mustHold(figures, subject) {
    mustBe(figures, { localLost: 0, ids: 2 });
    mustBeWithin('joined', figures.joined, backWithin(subject));
  },
});
