import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

type Log = (line: string) => void;

/** How one system installs Redis: the commands run in order; those that are `optional` may fail. */
interface PackageManager {
  command: string;
  /** Does it ask for the rights of root? Homebrew refuses them. */
  root: boolean;
  steps: { args: readonly string[]; optional?: boolean }[];
}

const APT_LOCK = ['-o', 'DPkg::Lock::Timeout=300'];

const PACKAGE_MANAGERS: readonly PackageManager[] = [
  {
    command: 'apt-get',
    root: true,
    steps: [
      { args: ['apt-get', 'update', '-q'], optional: true },
      {
        args: ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...APT_LOCK, 'install', '-y', '-q', 'redis-server'],
      },
      // Debian starts what it installs, on port 6379; nobody asked for that one.
      { args: ['service', 'redis-server', 'stop'], optional: true },
      { args: ['update-rc.d', 'redis-server', 'disable'], optional: true },
    ],
  },
  { command: 'apk', root: true, steps: [{ args: ['apk', 'add', '--no-cache', 'redis'] }] },
  // Newer Fedora and RHEL have only Valkey.
  { command: 'dnf', root: true, steps: [{ args: ['sh', '-c', 'dnf install -y redis || dnf install -y valkey'] }] },
  { command: 'pacman', root: true, steps: [{ args: ['pacman', '-Sy', '--noconfirm', '--needed', 'valkey'] }] },
  { command: 'brew', root: false, steps: [{ args: ['brew', 'install', 'redis'] }] },
];

const HELP =
  'Install Redis (https://redis.io/docs/latest/operate/oss_and_stack/install/), or set REDIS_URL to use a running one';

let finding: Promise<string> | undefined;

/**
 * The path of a `redis-server` or `valkey-server`: one on the PATH, or else one that the system's package manager
 * installs now, when this process may (as root, or by `sudo` without a password). Only the first call in a process
 * looks, and `log` is told what is installed and how.
 *
 * @throws Error that says what to do, when there is none and none can be installed.
 */
export function findRedisServer(log: Log = () => {}): Promise<string> {
  finding ??= findOrInstall(log).catch((error) => {
    finding = undefined;
    throw error;
  });
  return finding;
}

async function findOrInstall(log: Log): Promise<string> {
  const found = await findServer();
  if (found) return found;

  for (const manager of PACKAGE_MANAGERS) {
    if (!(await onPath(manager.command))) continue;
    await install(manager, log);
    const installed = await findServer();
    if (installed) return installed;
    throw new Error(`${manager.command} installed no redis-server or valkey-server. ${HELP}.`);
  }
  throw new Error(`There is no redis-server or valkey-server on the PATH. ${HELP}.`);
}

async function install(manager: PackageManager, log: Log): Promise<void> {
  const prefix = manager.root ? await rootPrefix() : [];
  if (!prefix) {
    throw new Error(
      `There is no redis-server on the PATH, and installing it with ${manager.command} takes root. ${HELP}.`,
    );
  }
  log(`No redis-server found: installing it with ${manager.command}.`);
  for (const { args, optional } of manager.steps) {
    const [command = '', ...rest] = [...prefix, ...args];
    log(`$ ${[command, ...rest].join(' ')}`);
    await run(command, rest, { maxBuffer: 64 * 1024 * 1024 }).catch((cause) => {
      if (optional) log(`(went wrong, going on: ${String(cause).trim()})`);
      else throw new Error(`Could not install Redis with ${manager.command}. ${HELP}.`, { cause });
    });
  }
}

/** What to put before a command that takes root: nothing, `sudo`, or `undefined` when there is no way. */
async function rootPrefix(): Promise<string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  const sudo = ['sudo', '-n'];
  return run('sudo', ['-n', 'true']).then(
    () => sudo,
    () => undefined,
  );
}

async function findServer(): Promise<string | undefined> {
  return (await onPath('redis-server')) ?? (await onPath('valkey-server'));
}

async function onPath(command: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, command);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder && executable) return path;
  }
  return undefined;
}
