import { execFile } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Generation } from '../support/fleet';
import type { CodeBlock } from './markdown';
import { type BlockRun, SHOWN } from './run-block';
import { located, type RedisName, type Servers } from './surroundings';
import { createWorkspace, type Workspace } from './workspace';

const execute = promisify(execFile);
const root = dirname(require.resolve('socket.io-redis/package.json'));

/** Milliseconds until a block must be at its end. */
const DEADLINE = 30_000;

/** What the comment above a block says: `runs-with: <words>[; prints: <text>][; closes]`. */
export interface Needs {
  redis: RedisName;
  /** Whether it speaks of an `io` and an `id` that are there already. */
  fleet: boolean;
  generation: Generation;
  /** Other versions than the newest: `{ redis: 'redis-3' }`. */
  installed: Record<string, string>;
  prints: string | undefined;
  closes: boolean;
}

const REDIS_NAMES: readonly string[] = ['plain', 'password', 'acl', 'tls', 'cluster', 'sentinel'] satisfies RedisName[];

/** @throws Error when the comment is missing, or says something unknown */
export function needsOf({ comment = '', line }: CodeBlock): Needs {
  const [, words = '', prints, closes] = /^runs-with: ([^;]+)(?:; prints: (.+?))?(; closes)?$/.exec(comment) ?? [];
  const needs: Needs = {
    redis: 'plain',
    fleet: false,
    generation: 2,
    installed: {},
    prints,
    closes: closes !== undefined,
  };
  if (!words) throw new Error(`Nothing above the block of line ${line} says what it runs with`);
  for (const word of words.split(' ')) {
    const [, library] = /^(redis|ioredis)-\d$/.exec(word) ?? [];
    if (library) needs.installed[library] = word;
    else if (word === 'fleet') needs.fleet = true;
    else if (word === 'socket.io-4') needs.generation = 4;
    else if (REDIS_NAMES.includes(word)) needs.redis = word as RedisName;
    else throw new Error(`The block of line ${line} runs with something unknown: ${word}`);
  }
  return needs;
}

/** @throws Error with all that the block has printed, unless it ends in time, with the exit code 0 and without a warning of ours */
export async function runBlock(block: CodeBlock, servers: Servers): Promise<void> {
  const needs = needsOf(block);
  const workspace = await createWorkspace({
    ...(needs.generation === 4 ? { 'socket.io': 'socket.io' } : {}),
    ...needs.installed,
  });
  try {
    const { prints, closes } = needs;
    const run: BlockRun = {
      file: await writeBlock(workspace, block.language, await located(block.code, needs.redis, servers)),
      ...(needs.fleet ? { fleet: servers.plain.port } : {}),
      ...(prints ? { prints } : {}),
      closes,
      generation: needs.generation,
    };
    await runNode([join(__dirname, 'run-block.js'), JSON.stringify(run)]);
  } finally {
    await workspace.remove();
  }
}

/** @returns the path of a file that Node.js can import */
async function writeBlock(workspace: Workspace, language: string, code: string): Promise<string> {
  if (language === 'js') return workspace.write('block.cjs', code + SHOWN.cjs);
  if (language === 'mjs') return workspace.write('block.mjs', code + SHOWN.mjs);
  const path = await workspace.write('block.mts', code);
  const options = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--skipLibCheck', '--types', 'node'];
  const types = join(root, 'node_modules/@types');
  // in its own folder: the compiler would find the configuration of this project
  await runNode([join(root, 'node_modules/typescript/bin/tsc'), ...options, '--typeRoots', types, path], dirname(path));
  const compiled = path.replace(/\.mts$/, '.mjs');
  await appendFile(compiled, SHOWN.mjs);
  return compiled;
}

async function runNode(args: readonly string[], cwd = root): Promise<void> {
  let output: { stdout: string; stderr: string };
  try {
    output = await execute(process.execPath, args, { cwd, timeout: DEADLINE, killSignal: 'SIGKILL' });
  } catch (error) {
    const { stdout, stderr, killed } = error as Error & { stdout: string; stderr: string; killed: boolean };
    const reason = killed ? `did not end within ${DEADLINE} ms` : 'failed';
    throw new Error(`It ${reason}:\n${stdout}${stderr}`, { cause: error });
  }
  if (output.stderr.includes('SocketIoRedisWarning')) throw new Error(`It warns:\n${output.stderr}`);
}
