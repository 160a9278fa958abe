import { fault, mustBe, mustBeWithin } from '../support/fault';
import { countsMissed } from '../support/subjects';

const MESSAGES = 20_000;
const BLOCKED_MS = 3_000;

export const blockedEventLoop = fault({
  name: '20,000 messages for a node blocked for 3 s, whose connection Redis closes',
  long: true,
  async run(stage) {
    const redis = await stage.redis({ config: ['client-output-buffer-limit pubsub 1mb 512kb 1'] });
    const [sender, blocked] = await stage.nodes(2, redis);
    if (!sender || !blocked) throw new Error('no nodes');
    const [local, remote] = [await stage.client(sender), await stage.client(blocked)];
    await sender.run(({ traffic }) => traffic.start(50));
    await remote.firstAfter(0, sender.name);
    const block = blocked.run((_, ms) => {
      const end = Date.now() + ms;
      while (Date.now() < end);
    }, BLOCKED_MS);
    await sender.run(async ({ traffic }, count) => {
      for (let i = 0; i < count; i += 1_000) {
        traffic.send(1_000, undefined, 'x'.repeat(1_000));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }, MESSAGES);
    await block;
    const unblocked = performance.now();
    const last = await sender.run(({ traffic }) => traffic.sent);
    const back = await remote.until(unblocked, sender.name, last);
    const sent = await sender.run(({ traffic }) => traffic.stop());
    const { lost: remoteLost, ...rest } = await remote.tally(sender.name, sent);
    const counted = await blocked.run(({ adapter }) => adapter.stats?.().missed ?? '');
    return { localLost: (await local.tally(sender.name, sent)).lost, remoteLost, counted, ...rest, back };
  },
  mustHold(figures, subject) {
    mustBe(figures, { localLost: 0, twice: 0, disordered: 0 });
    if (countsMissed(subject)) mustBe(figures, { counted: figures.remoteLost });
    mustBeWithin('back', figures.back, 5_000);
  },
});
