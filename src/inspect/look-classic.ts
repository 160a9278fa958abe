import type { PubSub } from '../redis/pub-sub';
import { channelsOf, everyNamespacePattern, meaningsOf } from '../wire/channels';
import { isOwnUid, isPublishedUid } from '../wire/uid';
import type { NamespaceReport, NodeReport } from './report';

/** The namespaces of `redisAdapter()` and of published adapters: what their channels tell, without asking any node. */
export async function lookAtClassic(pubSub: PubSub, prefix: string): Promise<NamespaceReport[]> {
  const [requests, responses, broadcasts] = await Promise.all(
    [`${prefix}-request`, `${prefix}-response`, prefix].map((name) => pubSub.listChannels(everyNamespacePattern(name))),
  );
  const names = (requests ?? []).map((channel) => channel.slice(`${prefix}-request#`.length, -1)).sort();
  const counts = await countConnections(pubSub, prefix, names);
  const reports = names.map((name, i): NamespaceReport => {
    return { name, pubSub: 'classic', connections: counts[i] ?? 0, roomChannels: 0, nodes: [] };
  });
  const byName = new Map(reports.map((report) => [report.name, report]));
  for (const channel of responses ?? []) {
    const found = meaningsOf(`${prefix}-response`, channel).find(({ nsp }) => byName.has(nsp));
    const node = found && nodeNamed(found.room);
    if (node) byName.get(found.nsp)?.nodes.push(node);
  }
  for (const channel of broadcasts ?? []) {
    const report = meaningsOf(prefix, channel).find(({ nsp, room }) => room !== '' && byName.has(nsp));
    const namespace = report && byName.get(report.nsp);
    if (namespace) namespace.roomChannels += 1;
  }
  return reports;
}

async function countConnections(pubSub: PubSub, prefix: string, names: readonly string[]): Promise<number[]> {
  if (names.length === 0) return [];
  const channels = names.map((name) => channelsOf(prefix, name));
  const counts = await pubSub.countSubscribers(channels.flatMap(({ request, response }) => [request, response]));
  // who listens to one of the two only is an onlooker
  return names.map((_, i) => Math.min(counts[2 * i] ?? 0, counts[2 * i + 1] ?? 0));
}

function nodeNamed(uid: string): NodeReport | undefined {
  const unasked = { uid, sockets: null, rooms: null };
  if (isOwnUid(uid)) return { ...unasked, runs: 'socket.io-redis 7' };
  return isPublishedUid(uid) ? { ...unasked, runs: 'published 7.1 to 8.x' } : undefined;
}
