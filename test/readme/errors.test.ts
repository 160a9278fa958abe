import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';

import redisAdapter = require('../../src/index');

import { codeBlocks } from './markdown';

const root = dirname(require.resolve('socket.io-redis/package.json'));
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
  .join('\n');

const MISTAKES_OF_OURS = ['sharded Pub/Sub has no patterns', 'nothing is subscribed before open()'];

describe('docs/errors.md', () => {
  test('has a section for every class of errors that is exported', () => {
    const classes = Object.keys(redisAdapter).filter((name) => name.endsWith('Error') && name !== 'SocketIoRedisError');
    assert.ok(classes.length > 10, 'the classes are found');
    assert.deepEqual(
      missing(classes, (name) => page.includes(`\n### ${name}\n`)),
      [],
    );
  });

  test('names every code of an error or a warning', () => {
    const codes = [...sources.matchAll(/'((?:ERR_)?SOCKET_IO_REDIS_\w+)'/g)].map(([, code = '']) => code);
    assert.ok(codes.length > 10, 'the codes are found');
    assert.deepEqual(
      missing(codes, (code) => page.includes(`\`${code}\``)),
      [],
    );
  });

  test('has every message that is no class of its own, but for those of mistakes in the code here', () => {
    const messages = [...sources.matchAll(/new Error\(\s*['`]([^'`$\\]+)/g)].map(([, text = '']) => text);
    assert.ok(messages.length > 3, 'the messages are found');
    assert.deepEqual(new Set(missing(messages, (text) => page.includes(text.trim()))), new Set(MISTAKES_OF_OURS));
  });

  test('has every message of the inspector', () => {
    const messages = [...sources.matchAll(/new InspectError\(\s*['`]([^'`$\\]+)/g)].map(([, text = '']) => text);
    const complaints = [...sources.matchAll(/return `((?:There is no|The) Redis[^$]*)/g)].map(([, text = '']) => text);
    assert.ok(messages.length > 5 && complaints.length > 3, 'the messages are found');
    assert.deepEqual(
      missing([...messages, ...complaints], (text) => page.includes(text)),
      [],
    );
  });

  test('quotes messages that are in the source', () => {
    // a text that is put together over several lines, in one
    const joined = sources.replace(/['`] \+\s*(?:\/\/.*\s*)?['`]/g, '');
    const quoted = codeBlocks(page).flatMap(({ code }) => code.split('\n'));
    assert.ok(quoted.length > 20, 'the messages are found');
    assert.deepEqual(
      missing(quoted, (message) => message.split('…').every((part) => joined.includes(part))),
      [],
    );
  });
});

function missing(all: readonly string[], isThere: (one: string) => boolean): string[] {
  return all.filter((one) => !isThere(one));
}
