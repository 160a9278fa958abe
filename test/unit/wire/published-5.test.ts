import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import redisAdapter5 = require('socket.io-redis-5');

import type { Request } from '../../../src/wire/messages';
import { decodeFields } from '../../../src/wire/payload';
import { encodeRequest, encodeResponse, readAnswer, readRequest, readResponse } from '../../../src/wire/requests';

interface Published {
  clients(rooms: string[]): void;
  clientRooms(sid: string): void;
  allRooms(): void;
  remoteJoin(sid: string, room: string): void;
  remoteLeave(sid: string, room: string): void;
  remoteDisconnect(sid: string, close: boolean): void;
  customRequest(data: unknown): void;
  customHook(data: unknown, callback: (answer: unknown) => void): void;
  onrequest(channel: string, payload: string): void;
  add(sid: string, room: string): void;
}

const ID = 'AbCdEf';
const SENDER = { uid: 'me~', link: 'link', nodes: ['me~'] };

/** The seven requests: how 5.3.0 is told to ask, and what it answers itself. */
const REQUESTS: [Request, ask: (node: Published) => void, value: unknown][] = [
  [{ type: 'clients', rooms: ['room'] }, (node) => node.clients(['room']), ['here']],
  [{ type: 'clientRooms', sid: 'here' }, (node) => node.clientRooms('here'), ['room']],
  [{ type: 'allRooms' }, (node) => node.allRooms(), ['room']],
  [{ type: 'remoteJoin', sid: 'here', room: 'r' }, (node) => node.remoteJoin('here', 'r'), undefined],
  [{ type: 'remoteLeave', sid: 'here', room: 'r' }, (node) => node.remoteLeave('here', 'r'), undefined],
  [{ type: 'customRequest', data: { a: 1 } }, (node) => node.customRequest({ a: 1 }), { hook: { a: 1 } }],
  [{ type: 'remoteDisconnect', sid: 'here', close: true }, (node) => node.remoteDisconnect('here', true), undefined],
];

/** What 5.3.0 calls of a socket. */
const socket = {
  join: (_room: string, done: () => void) => done(),
  leave: (_room: string, done: () => void) => done(),
  disconnect() {},
};

describe('socket.io-redis 5.3.0', () => {
  for (const [request, ask, value] of REQUESTS) {
    it(`writes a ${request.type} request that is ours without our own fields`, async () => {
      const { node, published } = startPublished();
      ask(node);
      await new Promise(setImmediate);
      const theirs = (published[0] ?? '').replace(/"requestid":"\w+"/, `"requestid":"${ID}"`);
      assert.equal(withoutOurs(encodeRequest(5, ID, request, SENDER)), theirs);
      const read = readRequest(decodeFields(Buffer.from(theirs)));
      assert.deepEqual([read.request, read.id, read.sender, read.replyTo], [request, ID, undefined, undefined]);
    });

    it(`answers our ${request.type} request with what is our answer without our own fields`, async () => {
      const { node, published } = startPublished({ here: socket });
      node.add('here', 'room');
      node.onrequest('socket.io-request#/#', String(encodeRequest(5, ID, request, SENDER)));
      await new Promise(setImmediate);
      const [theirs = ''] = published;
      assert.equal(
        withoutOurs(encodeResponse({ dialect: 5, request, packed: false }, ID, { kind: 'value', value }, SENDER)),
        theirs,
      );
      const answer = readAnswer(request, readResponse(decodeFields(Buffer.from(theirs))));
      assert.deepEqual(answer, { kind: 'value', value });
    });
  }
});

/** What is ours in a message: 5.3.0 neither writes nor reads it. */
function withoutOurs(payload: string | Buffer): string {
  const { uid, link, nodes, opts, ...rest } = JSON.parse(String(payload));
  return JSON.stringify(rest);
}

/** A published adapter of 5.3.0 whose Redis only takes note of what is published. */
function startPublished(connected: Record<string, unknown> = {}): { node: Published; published: string[] } {
  const published: string[] = [];
  const client = {
    publish: (_channel: string, payload: string) => published.push(payload),
    send_command: (_command: string, _args: string[], done: (error: null, reply: unknown) => void) =>
      done(null, ['', 2]),
    psubscribe() {},
    subscribe() {},
    on() {},
  };
  const nsp = { name: '/', server: { encoder: {} }, connected };
  const Adapter = redisAdapter5({ pubClient: client, subClient: client, requestsTimeout: 1 }) as new (
    nsp: object,
  ) => Published;
  const node = new Adapter(nsp);
  node.customHook = (data, callback) => callback({ hook: data });
  return { node, published };
}
