import { fault, mustBe, mustBeWithin } from '../support/fault';
import { SilencingProxy } from '../support/proxy';

/** Milliseconds in which a node has to find out. */
const NOTICED_WITHIN = 15_000;

export const silentConnection = fault({
  name: 'connections that stay open and deliver nothing',
  long: true,
  todo: () => 'there is no watchdog yet: nobody probes a subscription',
  async run(stage) {
    const redis = await stage.redis();
    const proxy = await SilencingProxy.start(redis);
    stage.onEnd(() => proxy.close());
    const sender = await stage.node(redis);
    const deaf = await stage.node({ nodes: [proxy] });
    const client = await stage.client(deaf);
    await sender.run(({ traffic }) => traffic.start(50));
    await client.firstAfter(0, sender.name);
    proxy.swallow();
    const silentSince = performance.now();
    const back = await client.firstAfter(silentSince + 100, sender.name, NOTICED_WITHIN);
    const sent = await deaf.run(({ traffic }) => traffic.send(10));
    const { lost } = await client.tally(deaf.name, sent);
    return { localLost: lost, back };
  },
  mustHold(figures) {
    mustBe(figures, { localLost: 0 });
    mustBeWithin('back', figures.back, NOTICED_WITHIN - 1);
  },
});
