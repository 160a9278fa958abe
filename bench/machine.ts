import { readFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import type { RedisServer } from '../tools/redis-server';
import { type ClientName, clientKinds } from './clients';
import { subjects } from './subjects';

/** What the figures were measured on, and of what. */
export interface Machine {
  description: string;
  versions: Record<string, string>;
}

export async function describeMachine(redis: RedisServer, clients: readonly ClientName[]): Promise<Machine> {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const description = `${cpus().length} × ${cpu?.model.trim()}, ${memory} GiB, ${type()}`;
  const info = await redis.command('INFO', 'server');
  const server = /^(?:valkey|redis)_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
  const libraries = [
    ...clients.map((name) => clientKinds[name].library),
    ...Object.values(subjects).flatMap(({ library }) => library ?? []),
  ];
  const installed = [...new Set(['socket.io', 'socket.io-2', ...libraries])].map((name) => versionOf(name));
  const versions = {
    'Node.js': process.version,
    Redis: server,
    'socket.io-redis': ownVersion(),
    ...Object.fromEntries(installed),
  };
  return { description, versions };
}

function ownVersion(): string {
  return readPackage(require.resolve('socket.io-redis/package.json')).version;
}

/** @param alias - what the package is installed as */
function versionOf(alias: string): [name: string, version: string] {
  const { name, version } = findPackage(require.resolve(alias));
  return [name === alias ? name : alias, version];
}

/** Not all packages let others read their package.json by its name. */
function findPackage(module: string): { name: string; version: string } {
  for (let folder = dirname(module); ; folder = dirname(folder)) {
    try {
      const found = readPackage(join(folder, 'package.json'));
      if (found.version) return found;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function readPackage(path: string): { name: string; version: string } {
  return JSON.parse(readFileSync(path, 'utf8'));
}
