import { setTimeout as delay } from 'node:timers/promises';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import { query } from '../support/query';

export const sharedClients = fault({
  name: 'three servers of one process on one pair of clients',
  async run(stage) {
    const redis = await stage.redis();
    const options = { requestsTimeout: 2_000 };
    const asker = await stage.node(redis, { options });
    const sharing = await stage.node(redis, { options, servers: 3 });
    const urls = await sharing.run(({ servers }) => servers.map(({ url }) => url));
    for (const url of [asker.url, ...urls]) await stage.client({ url });
    // published adapters do not say when they hear the others
    await delay(500);
    const [outside, inside] = [await query(asker), await query(sharing)];
    return { foundOutside: outside.found, foundInside: inside.found, ms: Math.max(outside.ms, inside.ms) };
  },
  mustHold(figures) {
    mustBe(figures, { foundOutside: 4, foundInside: 4 });
    mustBeWithin('ms', figures.ms, 500);
  },
});
