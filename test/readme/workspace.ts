import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = dirname(require.resolve('socket.io-redis/package.json'));

/** A user's project: a folder whose `node_modules` holds what the README requires, and nothing else. */
export interface Workspace {
  /** @returns the file's path */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** @param installed - by package name, the name under which this project has it: `{ redis: 'redis-3' }` */
export async function createWorkspace(installed: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'socket.io-redis-readme-'));
  const modules = join(folder, 'node_modules');
  const packages = {
    'socket.io': 'socket.io-2',
    'socket.io-emitter': 'socket.io-emitter',
    '@socket.io/redis-emitter': '@socket.io/redis-emitter',
    redis: 'redis',
    ioredis: 'ioredis',
    ...installed,
  };
  await mkdir(modules);
  await symlink(root, join(modules, 'socket.io-redis'), 'junction');
  await mkdir(join(modules, '@socket.io'));
  for (const [name, alias] of Object.entries(packages)) {
    await symlink(join(root, 'node_modules', alias), join(modules, name), 'junction');
  }
  return {
    async write(name, text) {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
