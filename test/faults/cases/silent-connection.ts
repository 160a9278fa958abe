import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import { SilencingProxy } from '../support/proxy';
import { isOurs } from '../support/subjects';

/** Milliseconds in which a node has to find out. */
const NOTICED_WITHIN = 12_000;

export const silentConnection = fault({
  name: 'connections that stay open and deliver nothing',
  long: true,
  async run(stage) {
    const redis = await stage.redis();
    const proxy = await SilencingProxy.start(redis);
    stage.onEnd(() => proxy.close());
    const sender = await stage.node(redis);
    const deaf = await stage.node({ nodes: [proxy] });
    await deaf.run(({ adapter, kept }) => {
      kept.told = [];
      adapter.on('degraded', ({ reason }) => (kept.told as unknown[]).push(reason));
      adapter.on('restored', ({ gap }) => (kept.told as unknown[]).push(gap));
    });
    const client = await stage.client(deaf);
    await sender.run(({ traffic }) => traffic.start(50));
    await client.firstAfter(0, sender.name);
    proxy.swallow();
    const silentSince = performance.now();
    const back = await client.firstAfter(silentSince + 100, sender.name, NOTICED_WITHIN);
    const sent = await deaf.run(({ traffic }) => traffic.send(10));
    const { lost } = await client.tally(deaf.name, sent);
    const told = () => deaf.run(({ kept }) => kept.told as (string | number)[]);
    const ended = async () => assert.notEqual((await told()).length, 1);
    await eventually(ended).catch(() => undefined);
    const [reason = 'nothing', gap = 0] = await told();
    return { localLost: lost, back, told: reason, gap };
  },
  mustHold(figures, subject) {
    mustBe(figures, { localLost: 0 });
    mustBeWithin('back', figures.back, NOTICED_WITHIN - 1);
    if (!isOurs(subject)) return;
    mustBe(figures, { told: 'receiving' });
    // it begins with the last sign of life, and the figure begins with the silence
    mustBeWithin('back', figures.back, Number(figures.gap) + 1000);
    mustBeWithin('gap', Number(figures.gap), NOTICED_WITHIN);
  },
});
