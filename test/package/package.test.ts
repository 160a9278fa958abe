import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { consumerFiles, type ModuleResolution, tsconfig } from './consumer.js';

const root = dirname(require.resolve('socket.io-redis/package.json'));

describe('the packed package, installed in a fresh project', () => {
  let project: string;
  let installed: string;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'socket.io-redis-package-'));
    installed = join(project, 'node_modules/socket.io-redis');
    await writeFile(join(project, 'package.json'), '{ "private": true }');
    // `prepare` would build anew, and so remove the tests that are running
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project], root);
    const [tarball = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], project);
    await Promise.all(Object.entries(consumerFiles).map(([name, text]) => writeFile(join(project, name), text)));
  });
  after(() => rm(project, { recursive: true, force: true }));

  test('holds the compiled code and its types, the documents and the licence, and nothing else', async () => {
    const entries = await readdir(installed);
    const wanted = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json'];
    assert.deepEqual(entries.filter((name) => name !== 'node_modules').sort(), wanted);

    const compiled = await filesIn(join(installed, 'dist'));
    assert.deepEqual(
      compiled.filter((path) => !/\.(js|mjs|d\.ts|d\.mts)$/.test(path)),
      [],
    );
    const sources = await filesIn(join(root, 'src'));
    const nameOf = (path: string) => path.replace(/(\.d)?\.(m?)[jt]s$/, '.$2ts');
    assert.deepEqual([...new Set(compiled.map(nameOf))].sort(), sources.sort());
  });

  test('says the same version as the project', async () => {
    assert.equal(await versionIn(installed), await versionIn(root));
  });

  test('is a function with its named exports on it, for require()', () => run('node', ['require.cjs'], project));

  test('gives import the very same objects as require()', () => run('node', ['same-objects.mjs'], project));

  test('has the emitter, for import and require() the very same', () => run('node', ['emitter.mjs'], project));

  test('refuses the import of a file inside it, except package.json', () => run('node', ['deep-import.mjs'], project));

  test('brings the command socket.io-redis', () =>
    run(join(project, 'node_modules/.bin/socket.io-redis'), ['--help'], project));

  for (const moduleResolution of ['nodenext', 'bundler'] as const) {
    test(`type-checks in CommonJS and ES modules under moduleResolution ${moduleResolution}`, () =>
      typeCheck(moduleResolution, join(root, 'node_modules/typescript/bin/tsc')));
  }

  test('type-checks in CommonJS under moduleResolution node10', () => typeCheck('node10', tscOfAttw()));

  async function typeCheck(moduleResolution: ModuleResolution, tsc: string): Promise<void> {
    const config = join(project, `tsconfig.${moduleResolution}.json`);
    await writeFile(config, JSON.stringify(tsconfig(moduleResolution, root)));
    await run('node', [tsc, '-p', config], project);
  }
});

/** That of TypeScript 5, which attw brings: TypeScript 7 has no node10 any more. */
function tscOfAttw(): string {
  const cli = createRequire(require.resolve('@arethetypeswrong/cli/package.json'));
  return createRequire(cli.resolve('@arethetypeswrong/core/package.json')).resolve('typescript/bin/tsc');
}

/** @throws Error with all that the command has printed, when it fails. */
function run(command: string, args: string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(command === 'node' ? process.execPath : command, args, { cwd }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error }));
      else resolve();
    });
  });
}

async function versionIn(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
