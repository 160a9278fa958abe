import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import uid2 from 'uid2';
import { createUid, isOwnUid, isPublishedUid } from '../../../src/wire/uid';

/** The release that 5.3.0 takes its uids from; 8.x takes them from the newest, which has other characters. */
const uid2Of5 = createRequire(require.resolve('socket.io-redis-5'))('uid2') as typeof uid2;

describe('The name of a node', () => {
  it('shows whether it is of this package or published, whatever its characters', () => {
    for (let i = 0; i < 5000; i++) {
      const own = createUid();
      assert.ok(isOwnUid(own) && !isPublishedUid(own), own);
      for (const published of [uid2(6), uid2Of5(6)])
        assert.ok(isPublishedUid(published) && !isOwnUid(published), published);
    }
  });

  it('is no part of the channel of another namespace', () => {
    for (const text of ['', 'a', '#AbCdEf~', 'b#AbCdEf~', 'AbCdEf~#', 'AbCdEfg', 'AbCdEfg~']) {
      assert.ok(!isOwnUid(text) && !isPublishedUid(text), text);
    }
  });
});
