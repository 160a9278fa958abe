import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { codeBlocks, links } from '../readme/markdown';
import { type Servers, startServers } from '../readme/surroundings';
import { CASES, type Case, startTwice } from './cases';

const root = dirname(require.resolve('socket.io-redis/package.json'));
const examples = join(root, 'examples');
const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const names = folders.map(({ name }) => name).sort();

describe('The examples', () => {
  it('are all listed, and all tested', () => {
    const listed = links(readFileSync(join(examples, 'README.md'), 'utf8')).filter((link) => /^[\w-]+$/.test(link));
    assert.deepEqual(listed.sort(), names);
    assert.deepEqual(Object.keys(CASES).sort(), names);
  });

  for (const name of names) {
    it(`${name} says what it needs elsewhere`, () => {
      const readme = readFileSync(join(examples, name, 'README.md'), 'utf8');
      const [, install = ''] = /`npm install ([^`]+)`/.exec(readme) ?? [];
      const imported = importsOf(join(examples, name));
      assert.deepEqual(
        imported.filter((module) => !install.split(' ').includes(module)),
        [],
      );
      assert.deepEqual(
        install
          .split(' ')
          .filter((module) => module !== 'socket.io-redis' && !existsSync(join(root, 'node_modules', module))),
        [],
      );
    });
  }
});

// one after the other: on one Redis they would hear each other
describe('The example', () => {
  let servers: Servers;

  before(async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const acl = codeBlocks(readme).find(({ code }) => code.startsWith('user '));
    assert.ok(acl, 'the README shows a line of the ACL file');
    servers = await startServers(acl.code);
  });
  after(() => Promise.all(Object.values(servers ?? {}).map((server) => server.stop())));

  for (const [name, example] of Object.entries(CASES)) {
    it(`${name} connects its servers, and ends in good order`, async () => {
      await tryOut(await fileOf(name), example, servers);
    });
  }
});

async function tryOut(file: string, { env, start = startTwice, ...example }: Case, servers: Servers): Promise<void> {
  const nodes = await start(file, env(servers));
  try {
    const clients = await Promise.all(nodes.map((node) => node.connect(example.transport ?? 'websocket')));
    // to and fro
    for (const client of clients) {
      const received = clients.map((other) => new Promise<string>((resolve) => other.once('message', resolve)));
      client.emit('message', 'hello');
      for (const text of await Promise.all(received)) assert.match(text, /^hello\b/);
    }
    await example.shows?.(nodes, clients);
    for (const node of nodes) assert.match(node.line, /^.*listening on port \d+.*\n$/);
  } finally {
    await Promise.all(nodes.map((node) => node.end(example.signal ?? 'SIGTERM')));
  }
}

/** The packages that an example imports; TypeScript has to be there as well, or `npx tsc` would fetch something else. */
function importsOf(folder: string): string[] {
  const file = readdirSync(folder).find((name) => name.startsWith('index.')) ?? '';
  const modules = [...readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import|require\() ?'([^'.][^':]*)'/g)];
  const packages = modules.map(([, name = '']) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '');
  return file.endsWith('.ts') ? [...packages, 'typescript', '@types/node'] : packages;
}

/** The file that a user runs, in TypeScript after it was compiled: with its own settings, so that its types are checked. */
async function fileOf(name: string): Promise<string> {
  const folder = join(examples, name);
  const script = ['index.js', 'index.mjs'].map((file) => join(folder, file)).find(existsSync);
  if (script) return script;
  // inside of this package, where its name and its modules are found
  const outDir = join(__dirname, 'compiled', name);
  const args = [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--outDir', outDir];
  await promisify(execFile)(process.execPath, args).catch(({ stdout }) => assert.fail(stdout));
  return join(outDir, 'index.js');
}
