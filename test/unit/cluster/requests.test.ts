import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, it } from 'node:test';
import { Requests, type Transport } from '../../../src/cluster/requests';
import type { NodeCallback } from '../../../src/cluster/waiting-request';
import { RequestTimeoutError, TooManyRequestsError } from '../../../src/errors';
import { eventually } from '../../support/eventually';

const own = { uid: 'own~', link: 'own' };
const peer = { uid: 'peer~', link: 'peer' };

/** Whoever is asked is never heard of again. */
const silence: Transport = {
  requestsTimeout: 100,
  maxPendingRequests: 2,
  onUnanswered: () => {},
  hear: () => undefined,
  send: async () => undefined,
  repeat: async () => undefined,
  census: async () => ({ own: own.uid, named: [own, peer], published: { 5: 0, 8: 0 }, silent: new Set() }),
  answering: () => [],
};

describe('A request', () => {
  it('with a time of its own ends then, whoever was asked before, and takes nobody for silent', async () => {
    const silent: string[] = [];
    const requests = new Requests(own, { ...silence, onUnanswered: (_request, uids) => silent.push(...uids) });
    const ended: string[] = [];
    const ask = (name: string, timeout?: number) =>
      assert
        .rejects(
          requests.ask({ type: 'fetchSockets', targets: { rooms: [], except: [] } }, timeout),
          RequestTimeoutError,
        )
        .then(() => ended.push(name));
    const patient = ask('patient');
    await ask('hasty', 10);
    assert.deepEqual([ended, silent], [['hasty'], []]);
    await patient;
    assert.deepEqual([ended, silent], [['hasty', 'patient'], [peer.uid]]);
    await ask('more patient', 110);
    assert.deepEqual(silent, [peer.uid, peer.uid]);
  });
});

describe('The callback of a request', () => {
  it('is called in the asynchronous context of who asked, whoever answers', async () => {
    const requests = new Requests(own, silence);
    const storage = new AsyncLocalStorage<string>();
    const calls: [context: string | undefined, ...args: Parameters<NodeCallback<unknown>>][] = [];
    const ask = (context: string) =>
      storage.run(context, () => {
        requests.askWith({ type: 'serverSideEmit', args: ['x'] }, (...args) =>
          calls.push([storage.getStore(), ...args]),
        );
      });
    for (const context of ['answered', 'late', 'refused']) ask(context);
    const [id = ''] = requests.sent;
    storage.run('redis', () => requests.add(id, { ...peer, nodes: [peer.uid] }, { kind: 'value', value: 5 }));
    await eventually(() => assert.equal(calls.length, 3));
    const contexts = calls.map(([context]) => context);
    assert.deepEqual(contexts, ['refused', 'answered', 'late']);
    const [[, refusal], [, none, value], [, timeout, partial]] = calls as [
      (typeof calls)[0],
      (typeof calls)[0],
      (typeof calls)[0],
    ];
    assert.ok(refusal instanceof TooManyRequestsError && timeout instanceof RequestTimeoutError);
    assert.deepEqual([none, value, partial], [null, [5], []]);
  });
});
