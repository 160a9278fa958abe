import type { PubSub } from '../redis/pub-sub';
import { channelsOf } from '../wire/channels';
import * as dialect5 from '../wire/dialect-5';
import * as dialect8 from '../wire/dialect-8';
import { MalformedMessageError } from '../wire/malformed';
import type { DialectName, Request, Sender } from '../wire/messages';
import { encodeJson } from '../wire/payload';
import { readAnswer, readResponse } from '../wire/requests';
import { isOwnUid } from '../wire/uid';
import { Answers, type Fields, type Inbox } from './inbox';
import type { NamespaceReport, NodeReport } from './report';

/** One node's sockets, or rooms. */
interface Part {
  asked: Question['type'];
  dialect: DialectName;
  /** Undefined for a published node. */
  sender: Sender | undefined;
  names: string[];
}

type Question = Extract<Request, { type: 'clients' | 'allRooms' }>;

const QUESTIONS: readonly Question[] = [{ type: 'clients', rooms: [] }, { type: 'allRooms' }];

/**
 * Asks the nodes of a namespace for their sockets and rooms. The request names no connection, so that none of them takes the
 * one who asks for a node.
 *
 * @throws what the Redis client gives when it cannot publish
 */
export async function askClassic(
  pubSub: PubSub,
  inbox: Inbox,
  prefix: string,
  { name, connections, nodes }: NamespaceReport,
  withinMs: number,
): Promise<NodeReport[]> {
  const { request } = channelsOf(prefix, name);
  const answers = new Answers<Part>(inbox);
  const ask = async (fieldsOf: typeof dialect5.requestFields, more: Fields) => {
    for (const question of QUESTIONS) {
      const id = answers.expect((fields) => readPart(fields, question));
      const payload = encodeJson({ ...fieldsOf(question, id), uid: inbox.uid, ...more });
      const failure = await pubSub.publishAnyway(request, payload);
      if (failure) throw failure;
    }
  };
  const uids = nodes.flatMap(({ uid }) => uid ?? []);
  const ours = uids.filter(isOwnUid);
  const published = uids.length - ours.length;

  await ask(dialect8.requestFields, {});
  await answers.until(
    (parts) => ours.every((uid) => hasAnswered(parts, uid)) && unsigned(parts) >= published,
    withinMs,
  );
  if (covered(answers.list) < connections) {
    // 5.x is left; nodes of this package have been asked already
    await ask(dialect5.requestFields, { repeated: true });
    await answers.until((parts) => covered(parts) >= connections, withinMs);
  }
  answers.close();
  const signed = signedNodes(ours, answers.list);
  const unanswered = signed.filter(({ sockets }) => sockets === null).length;
  const missing = connections - covered(answers.list) - unanswered;
  return [...signed, ...unsignedNodes(answers.list), ...silent(missing)];
}

function readPart(fields: Fields, asked: Question): Part {
  const response = readResponse(fields);
  const answer = readAnswer(asked, response);
  if (answer.kind !== 'value') throw new MalformedMessageError('no answer');
  const { dialect, sender } = response;
  return { asked: asked.type, dialect, sender, names: answer.value as string[] };
}

function hasAnswered(parts: readonly Part[], uid: string): boolean {
  return parts.filter(({ sender }) => sender?.uid === uid).length === QUESTIONS.length;
}

/** How many published nodes have answered everything. */
function unsigned(parts: readonly Part[]): number {
  const nameless = parts.filter(({ sender }) => !sender);
  return Math.min(...QUESTIONS.map(({ type }) => nameless.filter(({ asked }) => asked === type).length));
}

/** How many connections those listen on who have answered. */
function covered(parts: readonly Part[]): number {
  return new Set(parts.flatMap(({ sender }) => sender?.link ?? [])).size + unsigned(parts);
}

function signedNodes(known: readonly string[], parts: readonly Part[]): NodeReport[] {
  const uids = new Set([...known, ...parts.flatMap(({ sender }) => sender?.uid ?? [])]);
  return [...uids].sort().map((uid) => {
    const of = (asked: Question['type']) => parts.find((part) => part.asked === asked && part.sender?.uid === uid);
    return { uid, runs: 'socket.io-redis 7', ...sharesOf(of('clients'), of('allRooms')) };
  });
}

/** Published nodes do not say who they are, but a node's rooms have those of its sockets among them. */
function unsignedNodes(parts: readonly Part[]): NodeReport[] {
  const nameless = parts.filter(({ sender }) => !sender);
  const left = new Set(nameless.filter(({ asked }) => asked === 'allRooms'));
  return nameless
    .filter(({ asked }) => asked === 'clients')
    .map((sockets) => {
      const [first] = sockets.names;
      const isHis = ({ names }: Part) => (first === undefined ? names.length === 0 : names.includes(first));
      const rooms = [...left].find((part) => part.dialect === sockets.dialect && isHis(part));
      if (rooms) left.delete(rooms);
      const runs = sockets.dialect === 5 ? 'published 5.x' : 'published 6.x to 8.x';
      return { uid: null, runs, ...sharesOf(sockets, rooms) };
    });
}

function sharesOf(sockets: Part | undefined, rooms: Part | undefined): Pick<NodeReport, 'sockets' | 'rooms'> {
  const ids = new Set(sockets?.names);
  return {
    sockets: sockets?.names.length ?? null,
    rooms: rooms?.names.filter((name) => !ids.has(name)).sort() ?? null,
  };
}

/** Nodes that have been counted, but of which nothing else is known. */
export function silent(count: number): NodeReport[] {
  const node: NodeReport = { uid: null, runs: 'published', sockets: null, rooms: null };
  return Array.from({ length: Math.max(0, count) }, () => node);
}
