import { type BroadcastOptions, messagePack } from '../../src/wire/broadcast';
import { ClassicWire } from '../../src/wire/classic-wire';
import type { Answer, IncomingRequest, Request, Sender, SocketDetails } from '../../src/wire/messages';
import { ShardedWire } from '../../src/wire/sharded-wire';
import type { Incoming, Outgoing, Wire } from '../../src/wire/wire';

/** A message that docs/protocol.md shows. */
export interface Fixture {
  name: string;
  /** As this package writes it; or as a published node does. */
  message: Outgoing;
  /** Reads messages like it, as another node or emitter. */
  reader: Wire;
  means: Meaning;
}

type Meaning =
  | Exclude<Incoming, { kind: 'response' }>
  | { kind: 'response'; id: string; sender: Sender | undefined; to: Request; answer: Answer };

const EMITTER: Sender = { uid: 'emitter-Ab12Cd', link: 'emitter-Ab12Cd', nodes: [] };
const NODE: Sender = { uid: 'node01~', link: 'link01', nodes: ['node01~'] };
const ID = 'Q1w2E3';
const TARGETS = { rooms: ['room1'], except: ['room2'] };
const SOCKETS: SocketDetails[] = ['Ann', 'Bob'].map((name, i) => ({
  id: `socket${i}`,
  handshake: { headers: { host: 'example.com', cookie: name }, secure: true },
  rooms: [`socket${i}`, 'room1'],
  data: { name },
}));
const SOCKET: SocketDetails = { id: 'socket1', handshake: {}, rooms: ['socket1', 'room1'], data: { name: 'Ann' } };

const classicOf = (sender: Sender, dialect: 5 | 8 = 8) =>
  new ClassicWire({
    prefix: 'socket.io',
    nsp: '/',
    uid: sender.uid,
    dialect,
    codec: messagePack,
    sender: () => sender,
  });
const shardedOf = (sender: Sender) =>
  new ShardedWire({ prefix: 'socket.io', nsp: '/', uid: sender.uid, mode: 'dynamic', sender: () => sender });

/** The reader has to be somebody else: one's own messages are ignored. */
const OTHER: Sender = { uid: 'other1~', link: 'link02', nodes: ['other1~'] };
const classicReader = classicOf(OTHER);
const shardedReader = shardedOf(OTHER);

const everyone: BroadcastOptions = { rooms: [], except: [], flags: {} };
const packet = (...data: [string, ...unknown[]]) => ({ type: 2, data, nsp: '/' });

function conversation(wireOf: (sender: Sender) => Wire, reader: Wire, prefix: string): Fixture[] {
  const emitter = wireOf(EMITTER);
  const node = wireOf(NODE);
  const asked = (request: Request): IncomingRequest => ({
    dialect: 8,
    id: ID,
    sender: EMITTER,
    replyTo: EMITTER.uid,
    repeated: false,
    packed: request.type === 'fetchSockets',
    request,
  });
  const fixture = (name: string, message: Outgoing | undefined, means: Meaning): Fixture => ({
    name: `${prefix}: ${name}`,
    message: message as Outgoing,
    reader,
    means,
  });
  // in the classic wire, the number is read without decoding the rest
  const asRead = ({ seq, ...others }: BroadcastOptions) => (reader.sharded ? { ...others, seq } : others);
  const broadcast = (name: string, data: [string, ...unknown[]], options = {}): Fixture => {
    const all = { ...everyone, ...options };
    return fixture(name, emitter.broadcast(data, all, undefined, false), {
      kind: 'broadcast',
      broadcast: { uid: EMITTER.uid, packet: packet(...data), options: asRead(all) },
    });
  };
  const request = (name: string, id: string | undefined, request: Request): Fixture =>
    fixture(name, emitter.request(id, request)[0], { kind: 'request', request: { ...asked(request), id } });
  const answer = (name: string, to: Request, given: Answer): Fixture =>
    fixture(name, node.response(asked(to), ID, given), { kind: 'response', id: ID, sender: NODE, to, answer: given });

  const acknowledged = { id: ID, replyTo: EMITTER.uid, packet: packet('question', 1), options: asRead(everyone) };
  // on the sharded wire, these do not say more than the uid
  const answering = reader.sharded ? { ...NODE, link: NODE.uid } : NODE;
  const fetch: Request = { type: 'fetchSockets', targets: TARGETS };
  const count: Request = { type: 'countSockets', targets: TARGETS };
  const event: Request = { type: 'serverSideEmit', args: ['event', 1] };
  return [
    broadcast('broadcast to the namespace', ['hello', 'world', 1, true, null]),
    broadcast('broadcast to one room', ['hello'], { rooms: ['room1'] }),
    broadcast('broadcast to several rooms', ['hello'], {
      rooms: ['room1', 'room2'],
      except: ['room3'],
      flags: { volatile: true, compress: false },
    }),
    broadcast('broadcast with a number', ['hello'], { seq: 258 }),
    broadcast('broadcast with binary data', ['bytes', Buffer.from([1, 2, 255]), { at: Buffer.from('x') }]),
    request('socketsJoin', undefined, { type: 'addSockets', targets: TARGETS, rooms: ['room3'] }),
    request('socketsLeave', undefined, { type: 'delSockets', targets: TARGETS, rooms: ['room3'] }),
    request('disconnectSockets', undefined, { type: 'disconnectSockets', targets: TARGETS, close: true }),
    request('serverSideEmit', undefined, { ...event, once: 'z9Y8x7' }),
    request('serverSideEmit with acknowledgement', ID, event),
    answer('answer to serverSideEmit', event, { kind: 'value', value: 'pong' }),
    request('fetchSockets', ID, fetch),
    answer('answer to fetchSockets', fetch, { kind: 'value', value: SOCKETS }),
    answer('answer that fails', fetch, { kind: 'failure', reason: 'why' }),
    fixture('reminder', emitter.reminder(OTHER.uid, ID, fetch, true), {
      kind: 'reminder',
      reminder: { request: { ...asked(fetch), id: ID }, anew: true },
    }),
    request('countSockets', ID, count),
    answer('answer to countSockets', count, { kind: 'value', value: 7 }),
    fixture('broadcast with acknowledgements', emitter.acknowledgedBroadcast(ID, ['question', 1], everyone), {
      kind: 'acknowledged broadcast',
      broadcast: acknowledged,
    }),
    fixture('number of clients', node.clientCount(acknowledged, 2), {
      kind: 'acknowledgement',
      acknowledgement: { id: ID, sender: answering, type: 'count', clients: 2 },
    }),
    fixture('acknowledgement of a client', node.clientAnswer(acknowledged, 'yes', 0), {
      kind: 'acknowledgement',
      acknowledgement: { id: ID, sender: answering, type: 'answer', value: 'yes', nth: 0 },
    }),
    fixture('hello', node.hello(), { kind: 'presence', presence: { type: 'hello', sender: NODE } }),
    fixture('roll call', node.rollCall(), { kind: 'presence', presence: { type: 'roll call', sender: NODE } }),
    fixture('answer to hello', node.helloAnswer(OTHER.uid), {
      kind: 'presence',
      presence: { type: 'hello answer', sender: NODE },
    }),
    fixture('bye', node.bye(), { kind: 'presence', presence: { type: 'bye', uid: NODE.uid } }),
  ];
}

/** The wires write it in different ways: here as MessagePack, in the sharded one as JSON has it. */
function date(): Fixture {
  const data: [string, Date] = ['at', new Date(1_700_000_000_123)];
  return {
    name: 'classic: broadcast with a Date',
    message: classicOf(EMITTER).broadcast(data, everyone, undefined, false),
    reader: classicReader,
    means: {
      kind: 'broadcast',
      broadcast: { uid: EMITTER.uid, packet: packet(...data), options: everyone },
    },
  };
}

/** What nodes on Socket.IO 2 ask, as those of socket.io-redis 5.x do. */
function dialect5(): Fixture[] {
  const node = classicOf(NODE, 5);
  const answering = classicOf(OTHER, 5);
  const requests: Request[] = [
    { type: 'clients', rooms: ['room1'] },
    { type: 'clientRooms', sid: 'socket1' },
    { type: 'allRooms' },
    { type: 'remoteJoin', sid: 'socket1', room: 'room1' },
    { type: 'remoteLeave', sid: 'socket1', room: 'room1' },
    { type: 'customRequest', data: { any: 'thing' } },
    { type: 'remoteDisconnect', sid: 'socket1', close: true },
  ];
  const values = [['socket1'], ['socket1', 'room1'], ['socket1', 'room1'], undefined, undefined, { an: 'answer' }];
  return requests.flatMap((request, i) => {
    const incoming: IncomingRequest = {
      dialect: 5,
      id: ID,
      sender: NODE,
      replyTo: NODE.uid,
      repeated: false,
      packed: false,
      request,
    };
    const answer: Answer = { kind: 'value', value: values[i] };
    const { type } = request;
    return [
      {
        name: `5.x: ${type}`,
        message: node.request(ID, request)[0] as Outgoing,
        reader: classicReader,
        means: { kind: 'request', request: incoming },
      },
      {
        name: `5.x: answer to ${type}`,
        message: answering.response(incoming, ID, answer),
        reader: node,
        means: { kind: 'response', id: ID, sender: OTHER, to: request, answer },
      },
    ];
  });
}

function published(): Fixture[] {
  const json = (channel: string, fields: object): Outgoing => ({ channel, payload: JSON.stringify(fields) });
  const fetch: Request = { type: 'fetchSockets', targets: TARGETS };
  const event: Request = { type: 'serverSideEmit', args: ['event', 1] };
  const uid = 'nOde8x';
  const targets = { rooms: [], except: [] };
  return [
    {
      name: 'published: broadcast of an emitter',
      message: {
        channel: 'socket.io#/#',
        payload: Buffer.from(messagePack.encode(['emitter', packet('hello'), { rooms: [], flags: {}, except: [] }])),
      },
      reader: classicReader,
      means: { kind: 'broadcast', broadcast: { uid: 'emitter', packet: packet('hello'), options: everyone } },
    },
    {
      name: 'published: fetchSockets of 8.x',
      message: json('socket.io-request#/#', { uid, requestId: ID, type: 5, opts: targets }),
      reader: classicReader,
      means: {
        kind: 'request',
        request: {
          dialect: 8,
          id: ID,
          sender: undefined,
          replyTo: uid,
          repeated: false,
          packed: false,
          request: { type: 'fetchSockets', targets },
        },
      },
    },
    {
      name: 'published: answer of 8.x to fetchSockets',
      message: json('socket.io-response#/#', { requestId: ID, sockets: [SOCKET] }),
      reader: classicReader,
      means: { kind: 'response', id: ID, sender: undefined, to: fetch, answer: { kind: 'value', value: [SOCKET] } },
    },
    {
      name: 'published: answer of 8.x to serverSideEmit',
      message: json('socket.io-response#/#', { type: 6, requestId: ID, data: 'pong' }),
      reader: classicReader,
      means: { kind: 'response', id: ID, sender: undefined, to: event, answer: { kind: 'value', value: 'pong' } },
    },
    {
      name: 'published: answer of 5.x to clients',
      message: json('socket.io-response#/#', { requestid: ID, clients: ['socket1'] }),
      reader: classicReader,
      means: {
        kind: 'response',
        id: ID,
        sender: undefined,
        to: { type: 'clients', rooms: [] },
        answer: { kind: 'value', value: ['socket1'] },
      },
    },
    {
      name: 'published: answer of the sharded 8.x to fetchSockets',
      message: json('socket.io#/#other1~#', { uid, nsp: '/', type: 8, data: { requestId: ID, sockets: [SOCKET] } }),
      reader: shardedReader,
      means: { kind: 'response', id: ID, sender: undefined, to: fetch, answer: { kind: 'value', value: [SOCKET] } },
    },
    {
      name: 'published: answer of the sharded 8.x to serverSideEmit',
      message: json('socket.io#/#other1~#', { uid, nsp: '/', type: 10, data: { requestId: ID, packet: 'pong' } }),
      reader: shardedReader,
      means: { kind: 'response', id: ID, sender: undefined, to: event, answer: { kind: 'value', value: 'pong' } },
    },
  ];
}

export const fixtures: readonly Fixture[] = [
  ...conversation(classicOf, classicReader, 'classic'),
  date(),
  ...dialect5(),
  ...conversation(shardedOf, shardedReader, 'sharded'),
  ...published(),
];
