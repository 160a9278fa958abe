import { createClient } from 'redis';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import { finds, query } from '../support/query';
import { isSharded } from '../support/subjects';

export const onlooker = fault({
  name: 'an onlooker subscribed to the request channel',
  async run(stage) {
    const redis = await stage.redis();
    const nodes = await stage.nodes(2, redis, { options: { requestsTimeout: 2_000 } });
    await Promise.all(nodes.map((node) => stage.client(node)));
    const [asker] = nodes;
    if (!asker) throw new Error('no node');
    await finds(asker, 2);
    const spy = createClient({ url: redis.url });
    stage.onEnd(() => spy.destroy());
    await spy.connect();
    if (isSharded(stage.subject)) await spy.sSubscribe('socket.io#/#', () => {});
    else await spy.subscribe('socket.io-request#/#', () => {});
    const { found, ms } = await query(asker);
    return { found, ms };
  },
  mustHold(figures) {
    mustBe(figures, { found: 2 });
    mustBeWithin('ms', figures.ms, 500);
  },
});
