import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { needsOf, runBlock } from './blocks';
import { codeBlocks } from './markdown';
import { type Servers, startServers } from './surroundings';

const root = dirname(require.resolve('socket.io-redis/package.json'));
// docs/api.md has signatures, which are not there to be run
const pages = ['README.md', 'docs/errors.md', 'docs/faq.md'];
const blocks = pages.flatMap((page) =>
  codeBlocks(readFileSync(join(root, page), 'utf8')).map((block) => ({ ...block, page })),
);
const scripts = blocks.filter(({ language }) => ['js', 'mjs', 'ts'].includes(language));

describe('The code in the README and in docs/', () => {
  let servers: Servers;

  before(async () => {
    const acl = blocks.find(({ code }) => code.startsWith('user '));
    assert.ok(acl, 'the README shows a line of the ACL file');
    servers = await startServers(acl.code);
  });
  after(() => Promise.all(Object.values(servers ?? {}).map((server) => server.stop())));

  it('is known by its language', () => {
    const others = blocks.filter((block) => !scripts.includes(block)).map(({ language }) => language);
    assert.deepEqual(new Set(others), new Set(['sh', 'text']));
  });

  it('is shown for every kind of Redis', () => {
    const shown = new Set(scripts.map((block) => needsOf(block).redis));
    assert.deepEqual([...shown].sort(), Object.keys(servers).sort());
  });

  for (const block of scripts) {
    it(`runs: ${block.page}, line ${block.line}, ${block.section} (${block.comment})`, () => runBlock(block, servers));
  }
});
