import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageOf } from '../../src/message-of';

class TimeoutError extends Error {}

const refused = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}`));

describe('What an error says', () => {
  for (const [what, error, message] of [
    ['is its message', new Error('x'), 'x'],
    ['is its kind, without a message', new TimeoutError(), 'TimeoutError'],
    [
      'is what all say, of many',
      new AggregateError(refused),
      'connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1',
    ],
    ['is the text, of what is no error', 'x', 'x'],
  ] as const) {
    it(what, () => assert.equal(messageOf(error), message));
  }
});
