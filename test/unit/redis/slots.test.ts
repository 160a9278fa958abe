import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bySlot, spread } from '../../../src/redis/slots';

describe('Channels that are spread over a Cluster', () => {
  it('are each in another slot, and begin with the name', () => {
    const names = spread('socket.io#/~watchdog~');
    assert.equal(names.length, 16);
    assert.equal(bySlot(names, (name) => name).length, 16);
    for (const name of names) assert.ok(name.startsWith('socket.io#/~watchdog~'));
  });

  it('are just one where a hash tag in the name decides which slot it is', () => {
    assert.deepEqual(spread('{chat}#/~watchdog~'), ['{chat}#/~watchdog~']);
    assert.equal(spread('no tag } { here').length, 16);
    assert.equal(spread('{}#/~watchdog~').length, 16);
  });
});
