import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MalformedMessageError } from '../../../src/wire/malformed';
import type { Answer, Request } from '../../../src/wire/messages';
import { decodeFields } from '../../../src/wire/payload';
import {
  encodeAgain,
  encodeRequest,
  encodeResponse,
  isInDialect,
  readAnswer,
  readRequest,
  readResponse,
} from '../../../src/wire/requests';

const SENDER = { uid: 'me~', link: 'link', nodes: ['me~'] };
const DECOY = { opts: { rooms: ['id'], except: [] } };
const TARGETS = { rooms: ['a', 7], except: ['b'] };

/** Each request as published 5.x and 8.x nodes write it, apart from our own fields. */
const REQUESTS: [Request, five: object | undefined, eight: object | undefined][] = [
  [
    { type: 'clients', rooms: ['a'] },
    { type: 0, rooms: ['a'] },
    { type: 0, rooms: ['a'] },
  ],
  [{ type: 'clientRooms', sid: 's' }, { type: 1, sid: 's' }, undefined],
  [{ type: 'allRooms' }, { type: 2 }, { type: 1 }],
  [
    { type: 'remoteJoin', sid: 's', room: 'r' },
    { type: 3, sid: 's', room: 'r' },
    { type: 2, sid: 's', room: 'r' },
  ],
  [
    { type: 'remoteLeave', sid: 's', room: 'r' },
    { type: 4, sid: 's', room: 'r' },
    { type: 3, sid: 's', room: 'r' },
  ],
  [{ type: 'customRequest', data: { a: 1 } }, { type: 5, data: { a: 1 } }, undefined],
  [
    { type: 'remoteDisconnect', sid: 's', close: true },
    { type: 6, sid: 's', close: true },
    { type: 4, sid: 's', close: true },
  ],
  [{ type: 'addSockets', targets: TARGETS, rooms: ['x'] }, undefined, { type: 2, opts: TARGETS, rooms: ['x'] }],
  [{ type: 'delSockets', targets: TARGETS, rooms: ['x'] }, undefined, { type: 3, opts: TARGETS, rooms: ['x'] }],
  [{ type: 'disconnectSockets', targets: TARGETS, close: false }, undefined, { type: 4, opts: TARGETS, close: false }],
  // and `packed`, which they ignore
  [{ type: 'fetchSockets', targets: TARGETS }, undefined, { type: 5, opts: TARGETS, packed: true }],
  [{ type: 'serverSideEmit', args: ['event', 1] }, undefined, { type: 6, data: ['event', 1] }],
];

const fieldsOf = (payload: string | Buffer) => decodeFields(Buffer.from(payload));

describe('A request', () => {
  for (const [request, five, eight] of REQUESTS) {
    it(`${request.type} is written as published nodes write it, and read again`, () => {
      const own = { uid: 'me~', link: 'link' };
      const written = {
        5: fieldsOf(encodeRequest(5, 'id', request, SENDER)),
        8: fieldsOf(encodeRequest(8, 'id', request, SENDER)),
      };
      const expected = {
        5: five && { requestid: 'id', ...five, ...DECOY, ...own },
        8: eight && { requestId: 'id', ...eight, ...own },
      };
      assert.deepEqual(written, { 5: expected[5] ?? expected[8], 8: expected[8] ?? expected[5] });
      for (const dialect of [5, 8] as const) {
        assert.equal(isInDialect(dialect, request), expected[dialect] !== undefined);
        const read = readRequest(written[dialect]);
        assert.deepEqual([read.request, read.id, read.sender, read.replyTo], [request, 'id', SENDER, 'me~']);
      }
    });
  }

  it('is asked again in the other dialect where that does no harm', () => {
    const again = (dialect: 5 | 8, request: Request) => encodeAgain(dialect, 'id', request, SENDER);
    assert.deepEqual(fieldsOf(again(5, { type: 'allRooms' }) ?? ''), {
      requestId: 'id',
      type: 1,
      uid: 'me~',
      link: 'link',
      repeated: true,
    });
    assert.equal(again(5, { type: 'clientRooms', sid: 's' }), undefined);
    assert.equal(again(8, { type: 'fetchSockets', targets: TARGETS }), undefined);
    const leave: Request = { type: 'remoteLeave', sid: 's', room: 'r' };
    assert.equal(again(5, leave), undefined, '5.x would take it for a remoteJoin');
    assert.equal(fieldsOf(again(8, leave) ?? '').type, 4);
  });

  it('of an emitter is answered to nobody in particular', () => {
    const read = readRequest({ uid: 'emitter', type: 6, data: ['event'] });
    assert.deepEqual([read.id, read.sender, read.replyTo], [undefined, undefined, undefined]);
  });

  it('that no peer would send is refused, whatever is missing or wrong', () => {
    const wrong = [undefined, null, {}, [], 5, 'x', true, [{}]];
    for (const [request] of REQUESTS) {
      const fields = fieldsOf(encodeRequest(8, 'id', request, SENDER));
      for (const field of Object.keys(fields)) {
        for (const value of wrong) {
          try {
            readRequest({ ...fields, [field]: value });
          } catch (error) {
            assert.ok(error instanceof MalformedMessageError, `${request.type} ${field} ${value}: ${error}`);
          }
        }
      }
    }
  });
});

const SOCKET = { id: 's', handshake: { query: {} }, rooms: ['a'], data: { x: 1 } };
const ANSWERS: [Request, value: unknown, five: object | undefined, eight: object | undefined][] = [
  [{ type: 'clients', rooms: [] }, ['a'], { clients: ['a'] }, { sockets: ['a'] }],
  [{ type: 'clientRooms', sid: 's' }, ['a'], { rooms: ['a'] }, undefined],
  [{ type: 'allRooms' }, ['a'], { rooms: ['a'] }, { rooms: ['a'] }],
  [{ type: 'remoteJoin', sid: 's', room: 'r' }, undefined, {}, {}],
  [{ type: 'customRequest', data: 1 }, { y: 1 }, { data: { y: 1 } }, undefined],
  [{ type: 'fetchSockets', targets: TARGETS }, [SOCKET], undefined, { sockets: [SOCKET] }],
  [{ type: 'serverSideEmit', args: ['x'] }, 'pong', undefined, { type: 6, data: 'pong' }],
];

describe('A response', () => {
  for (const [request, value, five, eight] of ANSWERS) {
    for (const [dialect, id, fields] of [
      [5, 'requestid', five],
      [8, 'requestId', eight],
    ] as const) {
      if (!fields) continue;
      it(`to ${request.type} is written as ${dialect}.x writes it, and read again`, () => {
        const answer: Answer = { kind: 'value', value };
        const written = fieldsOf(encodeResponse({ dialect, request, packed: false }, 'id', answer, SENDER));
        assert.deepEqual(written, { [id]: 'id', ...fields, uid: 'me~', link: 'link' });
        assert.deepEqual(readAnswer(request, readResponse(written)), answer);
        // published nodes do not say who they are
        const anonymous = readResponse({ [id]: 'id', ...fields });
        assert.equal(anonymous.sender, undefined);
        assert.deepEqual(readAnswer(request, anonymous), answer);
      });
    }
  }

  it('to fetchSockets is packed for whoever asks for it', () => {
    const request: Request = { type: 'fetchSockets', targets: TARGETS };
    const { packed } = readRequest(fieldsOf(encodeRequest(8, 'id', request, SENDER)));
    assert.equal(packed, true);
    assert.equal(readRequest({ requestId: 'id', type: 5, opts: TARGETS }).packed, false);
    const answer: Answer = { kind: 'value', value: [SOCKET] };
    const written = fieldsOf(encodeResponse({ dialect: 8, request, packed }, 'id', answer, SENDER));
    assert.deepEqual(written.handshakes, [{ alike: SOCKET.handshake, differ: [] }]);
    assert.deepEqual(readAnswer(request, readResponse(written)), answer);
  });

  it('tells nodes of this package that a socket is not there, and what went wrong', () => {
    const request: Request = { type: 'remoteJoin', sid: 's', room: 'r' };
    for (const answer of [{ kind: 'not found' }, { kind: 'failure', reason: 'why' }] as const) {
      const written = fieldsOf(encodeResponse({ dialect: 5, request, packed: false }, 'id', answer, SENDER));
      assert.deepEqual(readAnswer(request, readResponse(written)), answer);
    }
  });

  it('that is no answer to its request is refused', () => {
    for (const [request, , five, eight] of ANSWERS.filter(([{ type }]) => !/remote|custom|serverSide/.test(type))) {
      for (const fields of [five && { requestid: 'id' }, eight && { requestId: 'id', sockets: [{}], rooms: [{}] }]) {
        if (fields) assert.throws(() => readAnswer(request, readResponse(fields)), MalformedMessageError);
      }
    }
  });
});
