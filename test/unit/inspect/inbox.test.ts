import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Inbox } from '../../../src/inspect/inbox';

describe('What nodes answer to inspect', () => {
  it('is handed over, and what nobody has asked for is left out', () => {
    const inbox = new Inbox();
    const answers: unknown[] = [];
    const id = inbox.expect((fields) => answers.push(fields));
    const strange = [{ toString: id }, [id], 5, null].map((requestId) => ({ requestId }));
    for (const fields of [...strange, { requestId: 'other' }, { requestId: id }]) {
      inbox.take(Buffer.from(JSON.stringify(fields)));
    }
    assert.deepEqual(answers, [{ requestId: id }]);
  });
});
