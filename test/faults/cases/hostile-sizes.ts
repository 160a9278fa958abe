import { encode } from '@msgpack/msgpack';
import { createClient } from 'redis';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import { isSharded } from '../support/subjects';

const MEGABYTE = 2 ** 20;

/** What a stranger publishes, by name. */
const PAYLOADS: Record<string, () => Buffer> = {
  'sixty-four MB of text': () => broadcast(['x'.repeat(64 * MEGABYTE)], []),
  'sixty-four MB of ones': () => Buffer.concat([Buffer.from('dd04000000', 'hex'), Buffer.alloc(64 * MEGABYTE, 1)]),
  'a million rooms': () =>
    broadcast(
      ['hostile'],
      Array.from({ length: 1e6 }, (_, i) => `room ${i}`),
    ),
  'arrays in arrays that claim 4 G entries': () => Buffer.from('ddffffffff'.repeat(100_000), 'hex'),
};

function broadcast(data: unknown[], rooms: string[]): Buffer {
  return Buffer.from(encode(['stranger', { type: 2, data, nsp: '/' }, { rooms, except: [], flags: {} }]));
}

export const hostileSizes = fault({
  name: 'hostile sizes: 64 MB, a million rooms, arrays that claim 4 G entries',
  long: true,
  concerns: (subject) => !isSharded(subject),
  async run(stage) {
    const redis = await stage.redis();
    const [sender, victim] = await stage.nodes(2, redis);
    if (!sender || !victim) throw new Error('no nodes');
    const client = await stage.client(victim);
    const stranger = createClient({ url: redis.url });
    stage.onEnd(() => stranger.destroy());
    await stranger.connect();
    const heap = () =>
      victim.run(() => {
        globalThis.gc?.();
        return process.memoryUsage().heapUsed;
      });
    await sender.run(({ traffic }) => traffic.start(20));
    await client.firstAfter(0, sender.name);
    const before = await heap();
    const figures = { longest: 0, heapMb: 0 };
    for (const make of Object.values(PAYLOADS)) {
      await stranger.publish('socket.io#/#', make());
      const ms = await client.firstAfter(performance.now(), sender.name, 30_000);
      figures.longest = Math.max(figures.longest, ms);
    }
    figures.heapMb = Math.round(((await heap()) - before) / MEGABYTE);
    const sent = await sender.run(({ traffic }) => traffic.stop());
    return { ...figures, connected: client.socket.connected, received: client.last(sender.name) === sent };
  },
  mustHold(figures) {
    mustBe(figures, { connected: true });
    mustBeWithin('longest', figures.longest, 3_000);
    mustBeWithin('heapMb', figures.heapMb, 10);
  },
});
