import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { inspect as describeValue } from 'node:util';
import { Inbox } from '../../src/inspect/inbox';
import {
  acknowledgedBroadcastFields,
  clientAnswerFields,
  clientCountFields,
  readAcknowledgedBroadcast,
  readAcknowledgement,
} from '../../src/wire/acknowledgements';
import {
  type Broadcast,
  type BroadcastPacket,
  decodeBroadcast,
  EVENT,
  encodeBroadcast,
  messagePack,
} from '../../src/wire/broadcast';
import { channelsOf, meaningsOf, readOwnResponseChannel } from '../../src/wire/channels';
import { ClassicWire } from '../../src/wire/classic-wire';
import { MalformedMessageError } from '../../src/wire/malformed';
import type { Request } from '../../src/wire/messages';
import { decodeMessagePack, encodeMessagePack } from '../../src/wire/msgpack';
import { decodeFields, encodeData, encodeJson } from '../../src/wire/payload';
import { byeFields, helloAnswerFields, helloFields, readPresence, rollCallFields } from '../../src/wire/presence';
import { encodeRequest, encodeResponse, readAnswer, readRequest, readResponse } from '../../src/wire/requests';
import { ShardedWire } from '../../src/wire/sharded-wire';
import type { Wire } from '../../src/wire/wire';
import { mutate, randomOf } from './support/mutate';

/** Payloads for each decoder: with 10,000,000 of them it takes about an hour. */
const COUNT = Number(process.env.FUZZ ?? 100_000);
const SEED = 20_261;
/** Milliseconds of CPU time that one payload may take: the work is to be bounded by its size. */
const LONGEST = 250;

const sender = { uid: 'abcdef', link: 'ghijkl', nodes: ['abcdef', 'mnopqr'] };
const targets = { rooms: ['a', 1], except: ['b'] };
const packet: BroadcastPacket = { type: EVENT, data: ['event', { at: [1.5, null, 'x'] }], nsp: '/' };
const options = { rooms: ['a'], except: ['b'], flags: { volatile: true } };
const binary: BroadcastPacket = { ...packet, data: ['event', Buffer.from('bytes'), new Date(5)] };

const fetch: Request = { type: 'fetchSockets', targets };
const REQUESTS: Request[] = [
  { type: 'clients', rooms: ['a'] },
  { type: 'allRooms' },
  { type: 'clientRooms', sid: 'x' },
  { type: 'remoteJoin', sid: 'x', room: 'a' },
  { type: 'remoteLeave', sid: 'x', room: 'a' },
  { type: 'remoteDisconnect', sid: 'x', close: true },
  { type: 'customRequest', data: { any: ['thing'] } },
  fetch,
  { type: 'countSockets', targets },
  { type: 'roomSizes' },
  { type: 'addSockets', targets, rooms: ['c'] },
  { type: 'delSockets', targets, rooms: ['c'] },
  { type: 'disconnectSockets', targets, close: false },
  { type: 'serverSideEmit', args: ['event', Buffer.from('bytes')] },
];
const SOCKETS = ['Ann', 'Bob'].map((name) => ({
  id: name,
  handshake: { headers: { host: 'example.com', cookie: name }, secure: true, issued: 5 },
  rooms: [name, 'a'],
  data: {},
}));
const VALUES: unknown[] = [['a', 'b'], 5, 'x', [['a', 1]], [{ id: 'x', handshake: {}, rooms: ['a'], data: {} }], null];

const bytes = (payload: string | Buffer) => Buffer.from(payload);
const dialects = [5, 8] as const;

const broadcasts = [encodeBroadcast('abcdef', packet, options), encodeBroadcast('emitter', binary, {})].map(
  ({ payload }) => payload,
);
const requests = [
  ...dialects.flatMap((dialect) => REQUESTS.map((request) => encodeRequest(dialect, 'id', request, sender))),
  encodeData(acknowledgedBroadcastFields('id', packet, options, sender)),
  encodeData(acknowledgedBroadcastFields('id', binary, options, sender)),
  encodeJson(helloFields(sender)),
  encodeJson(rollCallFields(sender)),
  encodeJson(helloAnswerFields(sender)),
  encodeJson(byeFields('abcdef')),
].map(bytes);
const responses = [
  ...dialects.flatMap((dialect) =>
    REQUESTS.flatMap((request) =>
      VALUES.map((value) =>
        encodeResponse({ dialect, request, packed: false }, 'id', { kind: 'value', value }, sender),
      ),
    ),
  ),
  encodeResponse({ dialect: 8, request: fetch, packed: true }, 'id', { kind: 'value', value: SOCKETS }, sender),
  encodeData(clientCountFields('id', 3, sender)),
  encodeData(clientAnswerFields('id', binary.data, 1, sender)),
].map(bytes);

const nodeOf = (uid: string) => ({
  prefix: 'socket.io',
  nsp: '/',
  uid,
  sender: () => ({ ...sender, uid, nodes: [uid] }),
});
const classicWire = new ClassicWire({ ...nodeOf('abcdef'), dialect: 8, codec: messagePack });
const shardedWire = new ShardedWire({ ...nodeOf('abcdef'), mode: 'dynamic' });
const shardedPeer = new ShardedWire({ ...nodeOf('mnopqr~'), mode: 'dynamic' });
const asked = { id: 'id', replyTo: 'abcdef', packet, options };
const shardedMessages = [
  shardedPeer.broadcast(packet.data, options, undefined, false),
  shardedPeer.broadcast(binary.data, { ...options, seq: 5 }, undefined, true),
  shardedPeer.acknowledgedBroadcast('id', binary.data, options),
  shardedPeer.clientCount(asked, 3),
  shardedPeer.clientAnswer(asked, binary.data, 1),
  ...REQUESTS.flatMap((request) => [
    ...shardedPeer.request('id', request),
    ...[sender, undefined].flatMap((sender) =>
      VALUES.map((value) =>
        shardedPeer.response(
          { dialect: 8, id: 'id', request, sender, replyTo: 'abcdef', repeated: false, packed: false },
          'id',
          {
            kind: 'value',
            value,
          },
        ),
      ),
    ),
  ]),
  shardedPeer.response(
    { dialect: 8, id: 'id', request: fetch, sender, replyTo: 'abcdef', repeated: false, packed: true },
    'id',
    { kind: 'value', value: SOCKETS },
  ),
  shardedPeer.hello(),
  shardedPeer.rollCall(),
  shardedPeer.helloAnswer('abcdef'),
  ...REQUESTS.map((request) => shardedPeer.reminder('abcdef', 'id', request, true)),
  shardedPeer.bye(),
].map(({ payload }) => bytes(payload));

const DECODERS: Record<string, [seeds: readonly Buffer[], decode: (payload: Buffer) => unknown]> = {
  broadcasts: [broadcasts, (payload) => decodeBroadcast(payload)],
  'broadcasts as JSON': [broadcasts, bothWays((payload, json) => decodeBroadcast(payload, messagePack, json))],
  'sharded broadcasts as JSON': [
    [packet.data, ['event', -1.5e-7, '\u00fc\u2028\u0001"\\', [], [true, [{}, { a: { b: 0, c: '' } }]]]].map((data) =>
      bytes(shardedPeer.broadcast(data as typeof packet.data, { ...options, seq: 5 }, undefined, false).payload),
    ),
    bothWays((payload, json) => shardedWire.readBroadcast(payload, json)),
  ],
  requests: [
    requests,
    (payload) => {
      const fields = decodeFields(payload);
      return readPresence(fields) ?? readAcknowledgedBroadcast(fields) ?? readRequest(fields);
    },
  ],
  responses: [
    responses,
    (payload) => {
      const fields = decodeFields(payload);
      return readPresence(fields) ?? readAcknowledgement(fields) ?? readResponse(fields);
    },
  ],
  answers: [
    responses,
    (payload) => {
      const response = readResponse(decodeFields(payload));
      return REQUESTS.map((request) => attempt(() => readAnswer(request, response)));
    },
  ],
  MessagePack: [
    [...broadcasts, ...VALUES.map((value) => encodeMessagePack(value))],
    (payload) => {
      try {
        return decodeMessagePack(payload);
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
        return undefined;
      }
    },
  ],
  'the classic wire': [[...broadcasts, ...requests, ...responses], (payload) => hear(classicWire, payload)],
  'the sharded wire': [shardedMessages, (payload) => hear(shardedWire, payload)],
  'the inspection': [[...requests, ...responses, ...shardedMessages], inspect],
  'names of channels': [
    ['socket.io#/#', 'socket.io#/chat#room#', 'socket.io-response#/#abcdef#'].map(bytes),
    (payload) => {
      const name = payload.toString();
      return [meaningsOf('socket.io', name), attempt(() => readOwnResponseChannel(CHANNELS, name))];
    },
  ],
};

const DEEP = { depth: 10 };

/** With JSON or without, it is the same broadcast, or none. */
function bothWays(read: (payload: Buffer, withJson: boolean) => Broadcast) {
  return (payload: Buffer): unknown => {
    const [plain, withJson] = [false, true].map((json) => attempt(() => read(payload, json)));
    const asJson = (broadcast: unknown) => JSON.parse(JSON.stringify(broadcast ?? null));
    const { packet, ...rest } = (withJson ?? {}) as Partial<Broadcast>;
    if (packet?.json) {
      const { packet: expected, ...others } = plain as Broadcast;
      assert.deepEqual([rest, packet.type, packet.nsp], [others, expected.type, expected.nsp]);
      assert.deepEqual(asJson(packet.data), asJson(expected.data));
    } else {
      // an invalid Date does not equal itself
      assert.equal(describeValue(withJson, DEEP), describeValue(plain, DEEP));
    }
    return withJson;
  };
}

const CHANNELS = channelsOf('socket.io', '/');

/** As a node takes what comes on each of its channels, and an emitter the answers; an answer is read for each request. */
function hear(wire: Wire, payload: Buffer): void {
  for (const channel of new Set([...wire.channels.conversation, ...wire.channels.answers])) {
    attempt(() => {
      const incoming = wire.read(payload, channel, true);
      if (incoming?.kind !== 'response') return;
      for (const request of REQUESTS) attempt(() => incoming.response.answerTo(request));
    });
  }
  wire.broadcasterOf(payload);
  wire.sequenceOf(payload);
  attempt(() => wire.readBroadcast(payload, true));
}

function inspect(payload: Buffer): void {
  const inbox = new Inbox();
  inbox.isOurs(payload);
  inbox.take(payload);
}

/** What it gives; nothing when it refuses, as it should. */
function attempt(decode: () => unknown): unknown {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedMessageError) return undefined;
    throw error;
  }
}

describe(`Of ${COUNT} payloads that went wrong on the way`, () => {
  for (const [name, [seeds, decode]] of Object.entries(DECODERS)) {
    it(`the decoder of ${name} reads what it can, and refuses the rest`, async () => {
      const random = randomOf(SEED);
      const before = Object.getOwnPropertyNames(Object.prototype).length;
      for (let i = 0; i < COUNT; i++) {
        const payload = mutate(seeds[i % seeds.length] as Buffer, seeds, random);
        const begin = process.cpuUsage();
        try {
          attempt(() => decode(payload));
        } catch (error) {
          assert.fail(`payload ${i}: ${payload.toString('base64')}: ${error}`);
        }
        const { user, system } = process.cpuUsage(begin);
        const ms = (user + system) / 1000;
        if (ms >= LONGEST) assert.fail(`payload ${i} took ${ms} ms: ${payload.toString('base64').slice(0, 200)}`);
        // lets what has been reported leave the process: whoever hears nothing for long takes it for hanging
        if (i % 10_000 === 0) await turn();
      }
      assert.equal(Object.getOwnPropertyNames(Object.prototype).length, before);
    });
  }
});
