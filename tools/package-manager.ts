import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Log = (line: string) => void;

/** How one system installs a program: the commands run in order; those that are `optional` may fail. */
export interface PackageManager {
  command: string;
  /** Does it ask for the rights of root? Homebrew refuses them. */
  root: boolean;
  steps: { args: readonly string[]; optional?: boolean }[];
}

/** A program, and how it is installed where it is missing. */
export interface Installable {
  /** For people to read. */
  name: string;
  /** Its commands: any of them will do. */
  commands: readonly string[];
  packageManagers: readonly PackageManager[];
  /** What to do when it cannot be installed. */
  help: string;
}

const APT_LOCK = ['-o', 'DPkg::Lock::Timeout=300'];

/** The steps of apt-get to install a package. */
export function aptInstall(...packages: string[]): PackageManager['steps'] {
  return [
    { args: ['apt-get', 'update', '-q'], optional: true },
    {
      args: ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...APT_LOCK, 'install', '-y', '-q', ...packages],
    },
  ];
}

/**
 * The path of a program: one on the PATH, or else one that the system's package manager installs now, when this process
 * may (as root, or by `sudo` without a password). `log` is told what is installed and how.
 *
 * @throws Error that says what to do, when there is none and none can be installed.
 */
export async function findOrInstall(program: Installable, log: Log): Promise<string> {
  const { commands, packageManagers, help } = program;
  const found = await find(commands);
  if (found) return found;

  for (const manager of packageManagers) {
    if (!(await onPath(manager.command))) continue;
    await install(program, manager, log);
    const installed = await find(commands);
    if (installed) return installed;
    throw new Error(`${manager.command} installed no ${commands.join(' or ')}. ${help}.`);
  }
  throw new Error(`There is no ${commands.join(' or ')} on the PATH. ${help}.`);
}

async function install({ name, commands, help }: Installable, manager: PackageManager, log: Log): Promise<void> {
  const prefix = manager.root ? await rootPrefix() : [];
  if (!prefix) {
    throw new Error(
      `There is no ${commands[0]} on the PATH, and installing it with ${manager.command} takes root. ${help}.`,
    );
  }
  log(`No ${commands[0]} found: installing it with ${manager.command}.`);
  for (const { args, optional } of manager.steps) {
    const [command = '', ...rest] = [...prefix, ...args];
    log(`$ ${[command, ...rest].join(' ')}`);
    await run(command, rest, { maxBuffer: 64 * 1024 * 1024 }).catch((cause) => {
      if (optional) log(`(went wrong, going on: ${String(cause).trim()})`);
      else throw new Error(`Could not install ${name} with ${manager.command}. ${help}.`, { cause });
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

async function find(commands: readonly string[]): Promise<string | undefined> {
  for (const command of commands) {
    const path = await onPath(command);
    if (path) return path;
  }
  return undefined;
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
