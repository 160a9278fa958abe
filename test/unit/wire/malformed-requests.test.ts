import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AcknowledgedBroadcast,
  readAcknowledgedBroadcast,
  readAcknowledgement,
} from '../../../src/wire/acknowledgements';
import { readShardedMessage } from '../../../src/wire/dialect-sharded';
import { MalformedMessageError } from '../../../src/wire/malformed';
import type { IncomingRequest, Request, Sender } from '../../../src/wire/messages';
import { encodeMessagePack } from '../../../src/wire/msgpack';
import { decodeFields } from '../../../src/wire/payload';
import { readPresence } from '../../../src/wire/presence';
import { readAnswer, readRequest, readResponse } from '../../../src/wire/requests';

const SENDER = { uid: 'me~', link: 'link', nodes: ['me~', 'you~'] };
const OPTS = { rooms: ['a', 7], except: ['b'], flags: {} };
const SURVEYS = ['clients', 'allRooms', 'customRequest', 'roomSizes'] as const;

const MESSAGES: Record<string, unknown>[] = [
  ...[0, 1, 2, 3, 4, 5, 6].map((type) => ({
    requestid: 'id',
    type,
    rooms: ['a'],
    sid: 's',
    room: 'r',
    close: true,
    data: { a: 1 },
  })),
  ...[2, 3, 4, 5].map((type) => ({ requestId: 'id', uid: 'x', type, opts: OPTS, rooms: ['a'], close: true })),
  ...[0, 1, 2, 3, 4].map((type) => ({ requestId: 'id', uid: 'x', type, rooms: ['a'], sid: 's', room: 'r' })),
  { requestId: 'id', uid: 'x', type: 6, data: ['event', 1] },
  { requestId: 'id', uid: 'x', type: 7, packet: { type: 2, data: ['e', Buffer.from('x')], nsp: '/' }, opts: OPTS },
  { requestId: 'id', type: 8, clientCount: 2 },
  { requestId: 'id', type: 9, packet: ['a'] },
  { requestid: 'id', clients: ['a'], rooms: ['a'], data: 1 },
  { requestId: 'id', sockets: [{ id: 's', handshake: {}, rooms: ['a'], data: {} }], rooms: ['a'], value: [['a', 1]] },
  { requestid: 'id', found: false },
  { requestid: 'id', failure: 'why' },
  { type: 'hello', answer: false },
  { type: 'bye', uid: 'me~' },
].map((fields) => ('uid' in fields ? fields : { ...SENDER, ...fields }));

describe('A request or a response', () => {
  for (const [format, encode] of [
    ['JSON', (fields: object) => Buffer.from(JSON.stringify(fields))],
    ['MessagePack', (fields: object) => encodeMessagePack(fields)],
  ] as const) {
    it(`in ${format} that is changed anywhere is refused, or read as what it can be`, () => {
      const random = mulberry32(7);
      const originals = MESSAGES.map(encode);
      for (const original of originals) assert.ok(receive(original) > 0, original.toString());
      for (let i = 0; i < 20_000; i++) {
        receive(mutate(originals[i % originals.length] as Buffer, random));
      }
      assert.deepEqual(
        Object.getOwnPropertyNames(Object.prototype).filter((name) => !KNOWN.has(name)),
        [],
      );
    });
  }

  it('whose field is anything else is refused, or read as what it can be', () => {
    const anything = [
      undefined,
      null,
      {},
      [],
      [[]],
      [{}],
      5,
      -1,
      1.5,
      '',
      'x',
      true,
      Buffer.from('x'),
      new Date(),
      Number.NaN,
    ];
    for (const message of MESSAGES) {
      for (const field of Object.keys(message)) {
        for (const value of anything) receive(encodeMessagePack({ ...message, [field]: value }));
      }
    }
  });

  it('of an unknown type, by number or by name, is refused', () => {
    for (const type of [-1, 7, 0.5, '7', 'clients', 'length', 'constructor', '__proto__', null, [], {}, true]) {
      for (const id of ['requestid', 'requestId']) {
        const fields = { [id]: 'id', type, sid: 's', room: 'r', rooms: ['a'] };
        assert.throws(() => readRequest(fields), MalformedMessageError, `${id} ${JSON.stringify(type)}`);
      }
    }
  });

  it('whose sender has a name that no node has, or more nodes than any, is refused', () => {
    const request = { requestId: 'id', type: 0, rooms: [], uid: 'abcdef', link: 'x' };
    const long = 'x'.repeat(101);
    const many = Array.from({ length: 1001 }, (_, i) => `${i}`);
    assert.equal(readRequest({ ...request, nodes: ['abcdef', ...many.slice(2)] }).sender?.nodes.length, 1000);
    for (const fields of [{ uid: long }, { link: long }, { nodes: ['abcdef', long] }, { nodes: ['abcdef', ...many] }]) {
      assert.throws(() => readRequest({ ...request, ...fields }), MalformedMessageError);
    }
    const message = { uid: 'abcdef', nsp: '/', type: 1 };
    assert.equal(readShardedMessage(message).uid, 'abcdef');
    assert.throws(() => readShardedMessage({ ...message, uid: long }), MalformedMessageError);
  });

  it('of socket.io-redis 5.x has a number for a type', () => {
    for (const type of ['0', [2]]) {
      assert.throws(() => readRequest({ requestid: 'id', type, rooms: [] }), MalformedMessageError);
    }
  });

  it('in MessagePack whose targets are a Date or bytes is refused, rather than read as all sockets', () => {
    for (const opts of [new Date(), new ArrayBuffer(3)]) {
      assert.throws(
        () => readRequest({ requestId: 'id', uid: 'x', type: 4, opts, close: true }),
        MalformedMessageError,
      );
    }
  });
});

/** Reads a payload in every way in which a node may, and looks at what it has got. @returns in how many ways it could */
function receive(payload: Buffer): number {
  let fields: Record<string, unknown>;
  try {
    fields = decodeFields(payload);
  } catch (error) {
    assert.ok(error instanceof MalformedMessageError, `${payload.toString('hex')}: ${error}`);
    return 0;
  }
  return [asRequest, asResponse].filter((read) => {
    try {
      read(fields);
      return true;
    } catch (error) {
      assert.ok(error instanceof MalformedMessageError, `${payload.toString('hex')}: ${error}`);
      return false;
    }
  }).length;
}

function asRequest(fields: Record<string, unknown>): void {
  const presence = readPresence(fields);
  const broadcast = presence ? undefined : readAcknowledgedBroadcast(fields);
  if (presence) {
    checkSender(presence.type === 'hello' ? presence.sender : undefined);
  } else if (broadcast) {
    checkBroadcast(broadcast);
  } else {
    checkQuestion(readRequest(fields));
  }
}

function checkQuestion({ id, sender, replyTo, request }: IncomingRequest): void {
  assert.ok(id === undefined || typeof id === 'string');
  assert.ok(replyTo === undefined || typeof replyTo === 'string');
  checkSender(sender);
  checkRequest(request);
}

function asResponse(fields: Record<string, unknown>): void {
  if (readPresence(fields) || readAcknowledgement(fields)) return;
  const response = readResponse(fields);
  checkSender(response.sender);
  for (const type of SURVEYS) {
    try {
      const answer = readAnswer({ type, rooms: [], data: null }, response);
      if (type === 'clients' && answer.kind === 'value') checkTexts(answer.value);
    } catch (error) {
      assert.ok(error instanceof MalformedMessageError, `${type}: ${error}`);
    }
  }
}

function checkRequest(request: Request): void {
  if ('sid' in request) assert.equal(typeof request.sid, 'string');
  if ('room' in request) assert.equal(typeof request.room, 'string');
  if ('rooms' in request) checkNames(request.rooms);
  if ('close' in request) assert.equal(typeof request.close, 'boolean');
  if ('args' in request) assert.equal(typeof request.args[0], 'string');
  if ('targets' in request) checkNames([...request.targets.rooms, ...request.targets.except]);
}

function checkBroadcast({ packet, options, replyTo }: AcknowledgedBroadcast): void {
  assert.equal(typeof replyTo, 'string');
  checkNames([packet.data[0], ...options.rooms, ...options.except]);
}

function checkSender(sender: Sender | undefined): void {
  if (sender) checkTexts([sender.uid, sender.link, ...sender.nodes]);
}

function checkTexts(values: unknown): void {
  assert.ok(Array.isArray(values) && values.every((value) => typeof value === 'string'));
}

function checkNames(values: unknown): void {
  assert.ok(Array.isArray(values) && values.every((value) => ['string', 'number'].includes(typeof value)));
}

/** Other bytes, bytes that are missing, or bytes that are there twice. */
function mutate(original: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * original.length);
  const length = Math.floor(random() * 8);
  const kind = Math.floor(random() * 4);
  if (kind === 0) return Buffer.concat([original.subarray(0, at), original.subarray(at + length)]);
  if (kind === 1) return Buffer.concat([original.subarray(0, at + length), original.subarray(at)]);
  const payload = Buffer.from(original);
  for (let n = 0; n < kind; n++) payload[Math.floor(random() * payload.length)] = Math.floor(random() * 256);
  return payload;
}

const KNOWN = new Set(Object.getOwnPropertyNames(Object.prototype));

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
