import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { render } from '../../../src/inspect/render';
import type { Report } from '../../../src/inspect/report';

const HOSTILE = '/a\x1b[2J\n\x9b31m\u202e';

const REPORT: Report = {
  time: '2026-01-01T00:00:00.000Z',
  key: `key${HOSTILE}`,
  redis: { version: `7${HOSTILE}`, mode: 'standalone' },
  namespaces: [
    {
      name: HOSTILE,
      pubSub: 'classic',
      connections: 1,
      roomChannels: 0,
      nodes: [{ uid: HOSTILE, runs: 'published', sockets: 1, rooms: [HOSTILE] }],
    },
  ],
  traffic: [{ channel: `socket.io#${HOSTILE}#`, messagesPerSecond: 1 }],
  unseen: [],
};

describe('A report for people', () => {
  it('shows what in a name would steer the terminal, and does not do it', () => {
    const text = render(REPORT);
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
    assert.equal(text.split('/a\uFFFD[2J\uFFFD\uFFFD31m\uFFFD').length - 1, 5);
  });
});
