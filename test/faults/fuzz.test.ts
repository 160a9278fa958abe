import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import {
  encodeAcknowledgedBroadcast,
  encodeClientAnswer,
  encodeClientCount,
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
import { MalformedMessageError } from '../../src/wire/malformed';
import type { Request } from '../../src/wire/messages';
import { decodeFields, encodeJson } from '../../src/wire/payload';
import { byeFields, helloAnswerFields, helloFields, readPresence, unheardFields } from '../../src/wire/presence';
import { encodeRequest, encodeResponse, readAnswer, readRequest, readResponse } from '../../src/wire/requests';
import { mutate, randomOf } from './support/mutate';

/** Payloads for each decoder: by hand, `FUZZ=40000000 node --test build/test/faults/fuzz.test.js` takes about an hour. */
const COUNT = Number(process.env.FUZZ ?? 100_000);
const SEED = 20_261;
/** Milliseconds that one payload may take: the work is to be bounded by its size. */
const LONGEST = 250;

const sender = { uid: 'abcdef', link: 'ghijkl', nodes: ['abcdef', 'mnopqr'] };
const targets = { rooms: ['a', 1], except: ['b'] };
const packet: BroadcastPacket = { type: EVENT, data: ['event', { at: [1.5, null, 'x'] }], nsp: '/' };
const options = { rooms: ['a'], except: ['b'], flags: { volatile: true } };
const binary: BroadcastPacket = { ...packet, data: ['event', Buffer.from('bytes'), new Date(5)] };

const REQUESTS: Request[] = [
  { type: 'clients', rooms: ['a'] },
  { type: 'allRooms' },
  { type: 'clientRooms', sid: 'x' },
  { type: 'remoteJoin', sid: 'x', room: 'a' },
  { type: 'remoteLeave', sid: 'x', room: 'a' },
  { type: 'remoteDisconnect', sid: 'x', close: true },
  { type: 'customRequest', data: { any: ['thing'] } },
  { type: 'fetchSockets', targets },
  { type: 'countSockets', targets },
  { type: 'roomSizes' },
  { type: 'addSockets', targets, rooms: ['c'] },
  { type: 'delSockets', targets, rooms: ['c'] },
  { type: 'disconnectSockets', targets, close: false },
  { type: 'serverSideEmit', args: ['event', Buffer.from('bytes')] },
];
const VALUES: unknown[] = [['a', 'b'], 5, 'x', [['a', 1]], [{ id: 'x', handshake: {}, rooms: ['a'], data: {} }], null];

const bytes = (payload: string | Buffer) => Buffer.from(payload);
const dialects = [5, 8] as const;

const broadcasts = [encodeBroadcast('abcdef', packet, options), encodeBroadcast('emitter', binary, {})].map(
  ({ payload }) => payload,
);
const requests = [
  ...dialects.flatMap((dialect) => REQUESTS.map((request) => encodeRequest(dialect, 'id', request, sender))),
  encodeAcknowledgedBroadcast('id', packet, options, sender),
  encodeAcknowledgedBroadcast('id', binary, options, sender),
  encodeJson(helloFields(sender)),
  encodeJson(helloAnswerFields(sender, ['id'])),
  encodeJson(unheardFields('abcdef', ['id'])),
  encodeJson(byeFields('abcdef')),
].map(bytes);
const responses = [
  ...dialects.flatMap((dialect) =>
    REQUESTS.flatMap((request) =>
      VALUES.map((value) => encodeResponse(dialect, 'id', request, { kind: 'value', value }, sender)),
    ),
  ),
  encodeClientCount('id', 3, sender),
  encodeClientAnswer('id', binary.data, sender),
].map(bytes);

const DECODERS: Record<string, [seeds: readonly Buffer[], decode: (payload: Buffer) => unknown]> = {
  broadcasts: [broadcasts, (payload) => decodeBroadcast(payload)],
  'broadcasts as JSON': [broadcasts, readBothWays],
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
  'names of channels': [
    ['socket.io#/#', 'socket.io#/chat#room#', 'socket.io-response#/#abcdef#'].map(bytes),
    (payload) => {
      const name = payload.toString();
      return [meaningsOf('socket.io', name), attempt(() => readOwnResponseChannel(CHANNELS, name))];
    },
  ],
};

/** With JSON or without, it is the same broadcast, or none. */
function readBothWays(payload: Buffer): unknown {
  const [plain, withJson] = [false, true].map((json) => attempt(() => decodeBroadcast(payload, messagePack, json)));
  const asJson = (broadcast: unknown) => JSON.parse(JSON.stringify(broadcast ?? null));
  const { json, data } = (withJson as Broadcast | undefined)?.packet ?? {};
  // an invalid Date does not equal itself
  if (!json) assert.equal(inspect(withJson, { depth: 10 }), inspect(plain, { depth: 10 }));
  else assert.deepEqual(data, asJson((plain as Broadcast).packet.data));
  return withJson;
}

const CHANNELS = channelsOf('socket.io', '/');

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
    it(`the decoder of ${name} reads what it can, and refuses the rest`, () => {
      const random = randomOf(SEED);
      const before = Object.getOwnPropertyNames(Object.prototype).length;
      for (let i = 0; i < COUNT; i++) {
        const payload = mutate(seeds[i % seeds.length] as Buffer, seeds, random);
        const begin = performance.now();
        assert.doesNotThrow(() => attempt(() => decode(payload)), `payload ${i}: ${payload.toString('base64')}`);
        const ms = performance.now() - begin;
        assert.ok(ms < LONGEST, `payload ${i} took ${ms} ms: ${payload.toString('base64').slice(0, 200)}`);
      }
      assert.equal(Object.getOwnPropertyNames(Object.prototype).length, before);
    });
  }
});
