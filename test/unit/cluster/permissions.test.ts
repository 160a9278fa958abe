import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../src/cluster/permissions';
import { RedisPermissionError } from '../../../src/errors';

describe('What Redis refused', () => {
  it('is told with the command, when it is one of the adapter', () => {
    for (const message of ['NOPERM this user has no permissions', "ERR unknown command 'PUBLISH', with args"]) {
      const told = explain(new Error(message), 'publish', false);
      assert.ok(told instanceof RedisPermissionError);
      assert.equal(told.command, 'PUBLISH');
    }
  });

  it('is told as it is, when it was the INFO of a client that connects', () => {
    for (const quote of ["'", '`']) {
      const error = new Error(`ERR unknown command ${quote}info${quote}, with args beginning with: `);
      assert.equal(explain(error, 'publish', false), error);
    }
  });
});
