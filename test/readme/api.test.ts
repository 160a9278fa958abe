import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { apiReference, PATH } from '../../tools/api-reference/api-reference';

const root = dirname(require.resolve('socket.io-redis/package.json'));
const { markdown, undocumented } = apiReference();

describe('The API reference', () => {
  test('finds a doc comment at all that is public', () => {
    assert.deepEqual(undocumented, []);
  });

  test('has every name that can be imported', () => {
    const exported = readFileSync(join(root, 'src/index.mts'), 'utf8').matchAll(/^ {2}(\w+),$|^export type (\w+) =/gm);
    const names = [...exported].map(([, listed, aliased]) => listed ?? aliased ?? '');
    const headings = new Set([...markdown.matchAll(/^### (\w+)/gm)].map(([, name]) => name));
    assert.ok(names.length > 30, 'the names are found');
    assert.deepEqual(
      names.filter((name) => !headings.has(name)),
      [],
    );
  });

  test('is what `npm run docs:api` writes now', () => {
    // not `equal()`, whose message would be both of them
    assert.ok(readFileSync(PATH, 'utf8') === markdown, 'docs/api.md is out of date: npm run docs:api');
  });
});
