import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { anchors, links } from './markdown';

const root = dirname(require.resolve('socket.io-redis/package.json'));

describe('The links', () => {
  for (const name of ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'docs/protocol.md'].filter((name) =>
    existsSync(join(root, name)),
  )) {
    test(`of ${name} lead to files and headings that are there`, () => {
      const broken = links(readFileSync(join(root, name), 'utf8')).filter((link) => !leadsSomewhere(name, link));
      assert.deepEqual(broken, []);
    });
  }
});

/** A link out of the project is taken for good. */
function leadsSomewhere(from: string, link: string): boolean {
  if (/^https?:/.test(link)) return URL.canParse(link);
  const [path = '', anchor] = link.split('#', 2);
  const file = join(root, dirname(from), path || from);
  if (!existsSync(file)) return false;
  return anchor === undefined || anchors(readFileSync(file, 'utf8')).has(anchor);
}
