import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';

import redisAdapter = require('../../src/index');

import { emptyStats } from '../../src/cluster/stats';

const root = dirname(require.resolve('socket.io-redis/package.json'));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('The README names', () => {
  for (const [file, type] of [
    ['src/options.ts', 'RedisAdapterOptions'],
    ['src/connection-options.ts', 'ConnectionOptions'],
    ['src/emitter/options.ts', 'EmitterOptions'],
  ] as const) {
    test(`every option of ${type}`, () => assertNamed(propertiesOf(file, type)));
  }

  test('every exported class of errors', () => {
    assertNamed(Object.keys(redisAdapter).filter((name) => name.endsWith('Error')));
  });

  test('every code of an error or a warning', () => {
    const sources = ['src/errors.ts', 'src/options.ts', 'src/warn-once.ts'].map(read).join('');
    const codes = [...sources.matchAll(/'((?:ERR_)?SOCKET_IO_REDIS_\w+)'/g)].map(([, code = '']) => code);
    assertNamed(codes);
  });

  test('every public field of an error', () => {
    const fields = [...read('src/errors.ts').matchAll(/^\s+readonly (\w+)(?=[:,])/gm)].map(([, field = '']) => field);
    // what the request was is said in the message
    assertNamed(fields.filter((field) => field !== 'request'));
  });

  test('every method of the adapters', () => {
    const files = [
      'src/adapters/redis-api.ts',
      'src/adapters/socket-io-2/index.ts',
      'src/adapters/socket-io-4/index.ts',
    ];
    const methods = files.flatMap((file) => [...read(file).matchAll(/^ {2}(?:override )?(?:async )?(\w+)\(/gm)]);
    // Socket.IO itself calls those that broadcast
    const internal = ['constructor', 'broadcast', 'broadcastWithAck', 'addAll', 'del', 'delAll'];
    assertNamed(methods.map(([, name = '']) => name).filter((name) => !internal.includes(name)));
  });

  test('every method of the emitter', () => {
    const files = ['src/emitter/broadcast-operator.ts', 'src/emitter/namespace-emitter.ts'];
    const methods = files.flatMap((file) => [...read(file).matchAll(/^ {2}(?:get )?(\w+)(?:<.*>)?\(/gm)]);
    assertNamed(methods.map(([, name = '']) => name).filter((name) => name !== 'constructor'));
  });

  test('every property of the factory, and every field of the stats', () => {
    const properties = read('src/factory.ts').matchAll(/^ {2}readonly (\w+):/gm);
    assertNamed([...[...properties].map(([, name = '']) => name), ...Object.keys(emptyStats())]);
  });
});

function assertNamed(names: readonly string[]): void {
  assert.ok(names.length > 0, 'the names are found');
  const words = new Set(readme.match(/\w+/g));
  assert.deepEqual(
    names.filter((name) => (/^\w+$/.test(name) ? !words.has(name) : !readme.includes(name))),
    [],
  );
}

function propertiesOf(file: string, type: string): string[] {
  const [, body = ''] = new RegExp(`export interface ${type}\\b[^{]*\\{\n(.*?)\n\\}`, 's').exec(read(file)) ?? [];
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name = '']) => name);
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
