import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { eventually } from '../../tools/eventually';
import { sampled, usageOf } from '../measure';
import { EVENT, now, ROOM } from '../protocol';
import type { Scenario } from '../scenario';
import { percentile } from '../statistics';

const PER_SECOND = 500;
const CLIENTS = 10;

/**
 * How the code gets warm, as it is in a server that has run for a minute: messages a second, for so many milliseconds,
 * each time after a query. The first query makes Node.js compile again what had seen nothing but broadcasts.
 */
const WARM_UP = { perSecond: 5000, duration: 1250, times: 2 };
/** Milliseconds a sample: so many messages that the 99th percentile is not that of a few. */
const DURATION = 800;
const TIMES = 5;

export const endToEnd: Scenario = {
  name: 'end-to-end',
  title: 'Through 2 nodes to 10 WebSocket clients, 500 messages a second (latency; CPU per message)',
  metrics: [
    { name: 'p50', unit: 'ms' },
    { name: 'p99', unit: 'ms' },
    { name: 'node CPU', unit: 'µs' },
    { name: 'Redis CPU', unit: 'µs' },
  ],
  subjects: ['ours, static', '8.3.0'],
  more: ['ours, dynamic'],
  targets: [{ subject: 'ours, static', metric: 'p99', ratio: 1 }],
  async run(context) {
    const { redis, turn, startNode } = context;
    const [sender, receiver] = await Promise.all([startNode(), startNode()]);
    const url = await receiver.call('listen');
    const latencies: number[] = [];
    let arrived = 0;
    let since = Number.POSITIVE_INFINITY;
    const onNews = ({ id: sentAt }: { id: number }) => {
      arrived += 1;
      if (sentAt >= since) latencies.push(now() - sentAt);
    };
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => connect(url, onNews)));
    try {
      await eventually(async () => {
        await sender.call('emit', '/', ROOM);
        return arrived >= CLIENTS;
      });
      await turn(async () => {
        for (let i = 0; i < WARM_UP.times; i++) {
          await sender.call('fetchSockets');
          await sender.call('publishPaced', WARM_UP.perSecond, WARM_UP.duration);
        }
        await eventually(() => arrived > (CLIENTS * WARM_UP.perSecond * WARM_UP.duration * WARM_UP.times) / 1000);
      });
      return await sampled({ turn, duration: DURATION, times: TIMES }, async (milliseconds) => {
        latencies.length = 0;
        // some of the others may still be on their way
        since = now();
        const sent = (PER_SECOND * milliseconds) / 1000;
        const { nodes, redis: server } = await usageOf(redis, [sender, receiver], async () => {
          await sender.call('publishPaced', PER_SECOND, milliseconds);
          await eventually(() => latencies.length === sent * CLIENTS);
        });
        const [p50, p99] = [0.5, 0.99].map((share) => percentile(latencies, share) / 1000) as [number, number];
        return { p50, p99, 'node CPU': nodes / sent, 'Redis CPU': server / sent };
      });
    } finally {
      for (const socket of sockets) socket.close();
    }
  },
};

async function connect(url: string, onNews: (news: { id: number }) => void): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
  socket.on(EVENT, onNews);
  await once(socket as unknown as NodeJS.EventEmitter, 'connect');
  return socket;
}
