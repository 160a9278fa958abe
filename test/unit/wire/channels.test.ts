import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  broadcastChannel,
  channelsOf,
  everyNamespacePattern,
  meaningsOf,
  namespacePattern,
  ownResponseChannel,
  ownShardedPatterns,
  readOwnResponseChannel,
} from '../../../src/wire/channels';

const NAMES = ['', '#', 'a', 'a#b', '*', '[a-z]', '\\', '?', 'ü', '__proto__', ' '];

describe('Channels', () => {
  it('have the names that published nodes use', () => {
    const channels = channelsOf('socket.io', '/chat');
    assert.deepEqual(channels, {
      broadcast: 'socket.io#/chat#',
      request: 'socket.io-request#/chat#',
      response: 'socket.io-response#/chat#',
    });
    assert.equal(broadcastChannel(channels, ['room']), 'socket.io#/chat#room#');
    for (const rooms of [undefined, [], ['a', 'b']])
      assert.equal(broadcastChannel(channels, rooms), channels.broadcast);
    assert.equal(ownResponseChannel(channels, 'AbCdEf'), 'socket.io-response#/chat#AbCdEf#');
    assert.equal(readOwnResponseChannel(channels, 'socket.io-response#/chat#AbCdEf#'), 'AbCdEf');
  });

  it('have a pattern for those of single nodes on the sharded wire', () => {
    const hex = '[0-9a-f]'.repeat(16);
    assert.deepEqual(ownShardedPatterns(channelsOf('socket.io', '/chat')), [
      'socket.io#/chat#??????~#',
      `socket.io#/chat#${hex}#`,
    ]);
    assert.deepEqual(ownShardedPatterns(channelsOf('a*', '/[x]?')), [
      'a\\*#/\\[x]\\?#??????~#',
      `a\\*#/\\[x]\\?#${hex}#`,
    ]);
  });

  it('are read as all that they may have been written for', () => {
    for (const prefix of ['socket.io', 'a#b', '*']) {
      for (const nsp of NAMES.map((name) => `/${name}`)) {
        const channels = channelsOf(prefix, nsp);
        for (const room of NAMES) {
          const read = meaningsOf(prefix, broadcastChannel(channels, [room]));
          assert.ok(
            read.some((one) => one.nsp === nsp && one.room === room),
            `${prefix} ${nsp} ${room}`,
          );
        }
        const read = meaningsOf(prefix, channels.broadcast);
        assert.ok(read.some((one) => one.nsp === nsp && one.room === ''));
      }
    }
  });

  it('of others are not read', () => {
    for (const channel of ['', 'socket.io', 'socket.io#', 'socket.iox#/#', 'other#/#', 'socket.io#/no end']) {
      assert.deepEqual(meaningsOf('socket.io', channel), [], channel);
    }
  });

  it('are matched by patterns without a character that stands for others, but the last', () => {
    assert.equal(everyNamespacePattern('so[ck]?t*\\'), 'so\\[ck]\\?t\\*\\\\#/*');
    assert.equal(namespacePattern(channelsOf('socket.io', '/a[b-c]')), 'socket.io#/a\\[b-c]#*');
  });
});
