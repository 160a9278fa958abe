import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Requests, type Transport } from '../../../src/cluster/requests';
import type { NodeCallback } from '../../../src/cluster/waiting-request';
import { AdapterClosedError, RequestTimeoutError, TooManyRequestsError } from '../../../src/errors';
import type { Request } from '../../../src/wire/messages';
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
  remind: async () => undefined,
  hasHeardSince: () => true,
  census: async () => ({ own: own.uid, named: [own, peer], away: [], published: { 5: 0, 8: 0 }, silent: new Set() }),
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

describe('A request without an answer', () => {
  /** @returns who was asked again, after each of so many seconds, and whether anew */
  async function remindersOf(t: TestContext, request: Request, heard: readonly boolean[]) {
    t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    let second = 0;
    const reminders: [second: number, uid: string, anew: boolean][] = [];
    const requests = new Requests(own, {
      ...silence,
      requestsTimeout: 60_000,
      remind: async (uid, _id, _request, anew) => void reminders.push([second, uid, anew]),
      // now it hears; whether it has since then is given
      hasHeardSince: (since) => since === now || heard[second - 1] === true,
    });
    const asked = requests.ask(request);
    await turn();
    for (const _ of heard) {
      second += 1;
      now += 1000;
      t.mock.timers.tick(1000);
      await turn();
    }
    requests.close();
    await assert.rejects(asked, AdapterClosedError);
    return reminders;
  }

  it('is asked again, the longer the more rarely', async (t) => {
    const reminders = await remindersOf(t, { type: 'allRooms' }, Array(10).fill(true));
    const seconds = reminders.map(([second]) => second);
    assert.deepEqual(seconds, [1, 2, 4, 8]);
  });

  it('is asked again each time that this node has heard nothing, to be answered anew', async (t) => {
    const reminders = await remindersOf(t, { type: 'allRooms' }, [true, false, true, false, true, true]);
    assert.deepEqual(reminders, [
      [1, peer.uid, false],
      [2, peer.uid, true],
      [4, peer.uid, true],
    ]);
  });

  it('is not asked again when it is about more than a look: whoever answers may be busy with it', async (t) => {
    assert.deepEqual(await remindersOf(t, { type: 'customRequest', data: 1 }, [true, false, true]), []);
  });
});

describe('The callback of a request', () => {
  it('is called in the asynchronous context of who asked, whoever answers', async () => {
    const ids: string[] = [];
    const send = async (id: string) => void ids.push(id);
    const requests = new Requests(own, { ...silence, send });
    const storage = new AsyncLocalStorage<string>();
    const calls: [context: string | undefined, ...args: Parameters<NodeCallback<unknown>>][] = [];
    const ask = (context: string) =>
      storage.run(context, () => {
        requests.askWith({ type: 'serverSideEmit', args: ['x'] }, (...args) =>
          calls.push([storage.getStore(), ...args]),
        );
      });
    for (const context of ['answered', 'late', 'refused']) ask(context);
    const [id = ''] = ids;
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
