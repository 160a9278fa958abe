import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outcomeOf, timeoutOf } from '../../../src/cluster/outcome';
import type { Census } from '../../../src/cluster/peers';
import { PendingRequest } from '../../../src/cluster/pending';
import { RemoteNodeError, RequestTimeoutError, UnknownSocketError } from '../../../src/errors';
import { messagePack } from '../../../src/wire/broadcast';
import { ClassicWire } from '../../../src/wire/classic-wire';
import type { Answer, Request } from '../../../src/wire/messages';

const own = { uid: 'own~', link: 'own' };
const peer = (uid: string) => ({ uid, link: uid });
const sender = (uid: string) => ({ uid, link: uid, nodes: [uid] });
const value = (value: unknown): Answer => ({ kind: 'value', value });
const census = (uids: string[], published: Partial<Census['published']> = {}, silent: string[] = []): Census => ({
  own: own.uid,
  named: [own, ...uids.map(peer)],
  away: [],
  published: { 5: 0, 8: 0, ...published },
  silent: new Set(silent),
});

const wire = new ClassicWire({
  prefix: 'socket.io',
  nsp: '/',
  uid: 'own~',
  dialect: 5,
  codec: messagePack,
  sender: () => sender('own~'),
});
const waiting = (request: Request) => new PendingRequest(request);
const expect = (pending: PendingRequest, census: Census) => pending.expect(census, wire.answering(pending.request));

const CLIENTS: Request = { type: 'clients', rooms: [] };
const FETCH: Request = { type: 'fetchSockets', targets: { rooms: [], except: [] } };
const JOIN: Request = { type: 'remoteJoin', sid: 's', room: 'r' };

describe('A request that waits', () => {
  it('is complete when this node and all that are known by name have answered, and not before they are known', () => {
    const pending = waiting(CLIENTS);
    pending.add(sender('own~'), value(['a']));
    assert.equal(outcomeOf(pending), undefined);
    expect(pending, census(['b~']));
    assert.equal(outcomeOf(pending), undefined);
    assert.deepEqual(pending.missing, ['b~']);
    pending.add(sender('b~'), value(['b', 'a']));
    assert.deepEqual(outcomeOf(pending), { value: ['a', 'b'] });
  });

  it('counts the answers of a node once', () => {
    const pending = waiting({ type: 'customRequest', data: 1 });
    expect(pending, census(['b~'], { 5: 1 }));
    for (let i = 0; i < 3; i++) pending.add(sender('b~'), value('b'));
    pending.add(sender('own~'), value('own'));
    assert.equal(outcomeOf(pending), undefined);
    pending.add(undefined, value('published'));
    assert.deepEqual(outcomeOf(pending), { value: ['b', 'own', 'published'] });
  });

  it('waits for the published nodes that understand it, and for no others', () => {
    for (const [request, published, complete] of [
      [{ type: 'clientRooms', sid: 's' }, { 8: 3 }, true],
      [{ type: 'clientRooms', sid: 's' }, { 5: 1 }, false],
      [FETCH, { 5: 3 }, true],
      [FETCH, { 8: 1 }, false],
      [CLIENTS, { 8: 1 }, false],
      [CLIENTS, { 5: 1 }, false],
      [{ type: 'roomSizes' }, { 5: 1, 8: 1 }, true],
      [{ type: 'addSockets', targets: { rooms: [], except: [] }, rooms: [] }, { 8: 1 }, true],
    ] as [Request, object, boolean][]) {
      const pending = waiting(request);
      expect(pending, census([], published));
      pending.add(sender('own~'), { kind: 'not found' });
      assert.equal(pending.complete, complete, `${request.type} ${JSON.stringify(published)}`);
    }
  });

  it('does not wait for this node where that acts by itself', () => {
    const pending = waiting(FETCH);
    expect(pending, census([]));
    assert.deepEqual(outcomeOf(pending), { value: [] });
  });

  it('ends as soon as only those have not answered that were silent before, and says so', () => {
    const pending = waiting(CLIENTS);
    expect(pending, census(['b~', 'c~'], {}, ['c~']));
    pending.add(sender('own~'), value(['a']));
    assert.equal(outcomeOf(pending), undefined);
    pending.add(sender('b~'), value(['b']));
    const outcome = outcomeOf(pending);
    assert.ok(outcome && 'error' in outcome && outcome.error instanceof RequestTimeoutError);
    assert.deepEqual(outcome.error.missing, ['c~']);
    assert.deepEqual(outcome.error.partial, ['a', 'b']);
    pending.add(sender('c~'), value(['c']));
    assert.deepEqual(outcomeOf(pending), { value: ['a', 'b', 'c'] });
  });

  it('does not wait for a node that leaves', () => {
    const pending = waiting(CLIENTS);
    expect(pending, census(['b~', 'c~']));
    pending.add(sender('own~'), value([]));
    pending.add(sender('b~'), value([]));
    pending.nodeLeft('c~');
    assert.deepEqual(outcomeOf(pending), { value: [] });
  });

  it('for one socket is settled by the node that has it, and by nobody only when all were asked', () => {
    const found = waiting(JOIN);
    found.add(sender('b~'), value(undefined));
    assert.deepEqual(outcomeOf(found), { value: undefined });
    const unknown = waiting(JOIN);
    expect(unknown, census(['b~']));
    unknown.add(sender('own~'), { kind: 'not found' });
    assert.equal(outcomeOf(unknown), undefined);
    unknown.add(sender('b~'), { kind: 'not found' });
    const outcome = outcomeOf(unknown);
    assert.ok(outcome && 'error' in outcome && outcome.error instanceof UnknownSocketError);
  });

  it('fails when a node could not answer, with what had come in', () => {
    const pending = waiting(FETCH);
    expect(pending, census(['b~', 'c~']));
    pending.add(sender('b~'), value([{ id: 'x' }]));
    pending.add(sender('c~'), { kind: 'failure', reason: 'why' });
    const outcome = outcomeOf(pending);
    assert.ok(outcome && 'error' in outcome && outcome.error instanceof RemoteNodeError);
    assert.deepEqual(outcome.error.partial, [{ id: 'x' }]);
  });

  it('says at its timeout who answered, who did not, and what came', () => {
    const pending = waiting(CLIENTS);
    assert.equal(timeoutOf(pending).expected, undefined);
    pending.add(sender('own~'), value(['a']));
    expect(pending, census(['b~'], { 5: 2 }));
    pending.add(undefined, value(['c']));
    const { received, expected, missing, partial, message } = timeoutOf(pending);
    assert.deepEqual(
      { received, expected, missing, partial },
      { received: 2, expected: 4, missing: ['b~'], partial: ['a', 'c'] },
    );
    assert.match(message, /^timeout reached while waiting for clients response: 2 of 4 nodes answered, not b~$/);
  });

  it('adds counts up, and the sizes of rooms', () => {
    for (const [request, first, second, together] of [
      [{ type: 'countSockets', targets: { rooms: [], except: [] } }, 1, 2, 3],
      [
        { type: 'roomSizes' },
        [
          ['a', 1],
          ['__proto__', 1],
        ],
        [['a', 2]],
        new Map([
          ['a', 3],
          ['__proto__', 1],
        ]),
      ],
    ] as [Request, unknown, unknown, unknown][]) {
      const pending = waiting(request);
      expect(pending, census(['b~']));
      pending.add(sender('own~'), value(first));
      pending.add(sender('b~'), value(second));
      assert.deepEqual(outcomeOf(pending), { value: together });
    }
  });

  it('expects no more published nodes than still listen', () => {
    const pending = waiting(CLIENTS);
    expect(pending, census([], { 5: 2 }));
    pending.add(sender('own~'), value([]));
    pending.add(undefined, value(['a']));
    assert.equal(outcomeOf(pending), undefined);
    expect(pending, census([], { 5: 1 }));
    assert.deepEqual(outcomeOf(pending), { value: ['a'] });
  });

  it('does not wait for a node that listens no longer, because it crashed', () => {
    const pending = waiting(CLIENTS);
    expect(pending, census(['b~']));
    pending.add(sender('own~'), value(['a']));
    expect(pending, census([]));
    assert.deepEqual(outcomeOf(pending), { value: ['a'] });
  });

  it('does not wait for a node that left while a census was under way', () => {
    const pending = waiting(CLIENTS);
    pending.add(sender('own~'), value(['a']));
    pending.nodeLeft('b~');
    expect(pending, census(['b~']));
    assert.deepEqual(outcomeOf(pending), { value: ['a'] });
  });

  it('does not wait for nodes that came after it was asked: they have not heard it', () => {
    for (const later of [census(['b~', 'new~']), census(['b~'], { 5: 1 })]) {
      const pending = waiting(CLIENTS);
      expect(pending, census(['b~']));
      pending.add(sender('own~'), value(['a']));
      expect(pending, later);
      pending.add(sender('b~'), value(['b']));
      assert.deepEqual(outcomeOf(pending), { value: ['a', 'b'] });
    }
  });
});
