import type { PubSub } from '../redis/pub-sub';
import { channelsOf, everyNamespacePattern, meaningsOf } from '../wire/channels';
import { publishedRequest, readPublishedAnswer, readShardedMessage } from '../wire/dialect-sharded';
import { MalformedMessageError } from '../wire/malformed';
import type { Request, SocketDetails } from '../wire/messages';
import { encodeJson } from '../wire/payload';
import { isOwnUid, isPublishedShardedUid } from '../wire/uid';
import { within } from '../within';
import { silent } from './ask-classic';
import { Answers, type Fields, type Inbox } from './inbox';
import type { NamespaceReport, NodeReport } from './report';

const FETCH: Request = { type: 'fetchSockets', targets: { rooms: [], except: [] } };

/** The namespaces of `createShardedAdapter()`: what their channels tell, without asking any node. */
export async function lookAtSharded(pubSub: PubSub, prefix: string): Promise<NamespaceReport[]> {
  const channels = await pubSub.listChannels(everyNamespacePattern(prefix));
  const all = new Set(channels);
  const reports = new Map<string, NamespaceReport>();
  const children: { nsp: string; room: string }[] = [];
  for (const channel of channels) {
    // every node listens to the namespace's channel as well
    const found = meaningsOf(prefix, channel).find(({ nsp }) => all.has(channelsOf(prefix, nsp).broadcast));
    if (!found) continue;
    if (found.room !== '') children.push(found);
    else reports.set(found.nsp, { name: found.nsp, pubSub: 'sharded', connections: 0, roomChannels: 0, nodes: [] });
  }
  const namespaces = [...reports.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const counts = await pubSub.countSubscribers(namespaces.map(({ name }) => channelsOf(prefix, name).broadcast));
  for (const [i, namespace] of namespaces.entries()) namespace.connections = counts[i] ?? 0;
  for (const { nsp, room } of children) take(reports.get(nsp), room);
  return namespaces;
}

/** A node's own channel looks like that of a room; only the names of nodes are of a kind. */
function take(namespace: NamespaceReport | undefined, name: string): void {
  if (!namespace) return;
  const runs = runsOf(name);
  if (runs) namespace.nodes.push({ uid: name, runs, sockets: null, rooms: null });
  else namespace.roomChannels += 1;
}

function runsOf(uid: string): NodeReport['runs'] | undefined {
  if (isOwnUid(uid)) return 'socket.io-redis 7';
  return isPublishedShardedUid(uid) ? 'published 8.x' : undefined;
}

interface Share {
  uid: string;
  sockets: SocketDetails[];
}

/**
 * Asks the nodes of a namespace for their sockets: published ones can be asked for nothing smaller.
 *
 * @returns undefined when Redis does not let it hear the answers
 * @throws what the Redis client gives when it cannot publish
 */
export async function askSharded(
  pubSub: PubSub,
  inbox: Inbox,
  prefix: string,
  namespace: NamespaceReport,
  withinMs: number,
): Promise<NodeReport[] | undefined> {
  const { broadcast } = channelsOf(prefix, namespace.name);
  const own = `${broadcast}${inbox.uid}#`;
  const listener = (payload: Buffer) => inbox.take(payload);
  await within(withinMs, pubSub.subscribe([own], listener));
  try {
    if (!pubSub.isSubscribed(own, listener)) return undefined;
    return nodesOf(namespace, await fetchAll(pubSub, inbox, broadcast, namespace, withinMs));
  } finally {
    await pubSub.unsubscribe([own], listener);
  }
}

async function fetchAll(
  pubSub: PubSub,
  inbox: Inbox,
  channel: string,
  { name, connections, nodes }: NamespaceReport,
  withinMs: number,
): Promise<Share[]> {
  const answers = new Answers<Share>(inbox);
  const { type, data } = publishedRequest(FETCH);
  const message = { uid: inbox.uid, nsp: name, type, data: { ...data, requestId: answers.expect(readShare) } };
  const failure = await pubSub.publishAnyway(channel, encodeJson(message));
  if (failure) throw failure;
  const ours = nodes.filter(isOurs);
  const haveAnswered = (shares: readonly Share[]) => ours.every((node) => shares.some(({ uid }) => uid === node.uid));
  await answers.until((shares) => shares.length >= connections && haveAnswered(shares), withinMs);
  answers.close();
  return answers.list;
}

/** What looks like the name of a published node may be that of a room: only those that answer are nodes for sure. */
function nodesOf({ connections, nodes }: NamespaceReport, shares: readonly Share[]): NodeReport[] {
  const answered = new Set(shares.map(({ uid }) => uid));
  const unanswered = nodes.filter((node) => isOurs(node) && !answered.has(node.uid ?? ''));
  const known = [...shares.map(nodeOf), ...unanswered].sort((a, b) => ((a.uid ?? '') < (b.uid ?? '') ? -1 : 1));
  return [...known, ...silent(connections - known.length)];
}

function isOurs({ uid }: NodeReport): boolean {
  return uid !== null && isOwnUid(uid);
}

function readShare(fields: Fields): Share {
  const message = readShardedMessage(fields);
  const answer = readPublishedAnswer(FETCH, message);
  if (answer.kind !== 'value') throw new MalformedMessageError('no answer');
  return { uid: message.uid, sockets: answer.value as SocketDetails[] };
}

function nodeOf({ uid, sockets }: Share): NodeReport {
  const ids = new Set(sockets.map(({ id }) => id));
  const rooms = new Set(sockets.flatMap((socket) => socket.rooms.map(String)).filter((room) => !ids.has(room)));
  return { uid, runs: runsOf(uid) ?? 'published 8.x', sockets: sockets.length, rooms: [...rooms].sort() };
}
