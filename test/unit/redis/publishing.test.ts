import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Publishing } from '../../../src/redis/publishing';

const publishWith = (publish: () => unknown) => {
  const publishing = new Publishing({ publish: publish as () => Promise<unknown> }, { works() {}, fails() {} });
  return publishing.publishAnyway('channel', 'payload');
};

describe('Publishing', () => {
  it('takes a client that returns no promise, and one that throws', async () => {
    assert.equal(await publishWith(() => undefined), undefined);
    const error = new Error('closed');
    assert.equal(
      await publishWith(() => {
        throw error;
      }),
      error,
    );
  });
});
