import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { codeBlocks } from './markdown';

const root = dirname(require.resolve('socket.io-redis/package.json'));
const guide = read('CONTRIBUTING.md');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> & { check: string } };

describe('CONTRIBUTING.md', () => {
  const map = codeBlocks(guide).find(({ code }) => code.startsWith('src/'))?.code ?? '';

  test('names the folders of src/, and what is at its top', () => {
    const names = readdirSync(join(root, 'src'), { withFileTypes: true });
    const shown = names.map((entry) => (entry.isDirectory() ? `\n  ${entry.name}/` : entry.name));
    assert.deepEqual(
      shown.filter((name) => !map.includes(name)),
      [],
    );
  });

  test('names files that are there', () => {
    const files = new Set(
      readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((path) => basename(path)),
    );
    const named = map.split('\ntools/', 1)[0]?.match(/[\w-]+\.m?ts\b/g) ?? [];
    assert.ok(named.length > 50, 'the map is found');
    assert.deepEqual(
      named.filter((name) => !files.has(name)),
      [],
    );
  });

  test('and the README name npm scripts that are there', () => {
    const named = [...(guide + read('README.md')).matchAll(/npm run (\w+(?::\w+)*)/g)].map(([, name = '']) => name);
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });

  test('says that `npm run check` runs all that CI runs, but the browser tests', () => {
    const commands = read('.github/workflows/ci.yml').matchAll(/- run: (npm (?:run [\w:]+|test))$/gm);
    // they need Chromium
    const checks = [...scripts.check.split(' && '), 'npm run test:browser'];
    const missing = [...commands].map(([, command = '']) => command).filter((command) => !checks.includes(command));
    assert.deepEqual(missing, []);
  });
});

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
