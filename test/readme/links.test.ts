import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { anchors, links } from './markdown';

const root = dirname(require.resolve('socket.io-redis/package.json'));

describe('The links', () => {
  for (const name of pages()) {
    test(`of ${name} lead to files and headings that are there`, () => {
      const broken = links(readFileSync(join(root, name), 'utf8')).filter((link) => !leadsSomewhere(name, link));
      assert.deepEqual(broken, []);
    });
  }
});

/** Every Markdown file of the project. */
function pages(): string[] {
  const folders = ['docs', 'examples', '.github'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  );
  return [...readdirSync(root), ...folders].filter((path) => path.endsWith('.md') && !path.includes('node_modules'));
}

/** A link out of the project is taken for good. */
function leadsSomewhere(from: string, link: string): boolean {
  if (/^https?:/.test(link)) return URL.canParse(link);
  const [path = '', anchor] = link.split('#', 2);
  const file = path ? join(root, dirname(from), path) : join(root, from);
  if (!existsSync(file)) return false;
  return anchor === undefined || anchors(readFileSync(file, 'utf8')).has(anchor);
}
