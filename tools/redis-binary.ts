import { aptInstall, findOrInstall, type Installable, type Log } from './package-manager.js';

const REDIS: Installable = {
  name: 'Redis',
  commands: ['redis-server', 'valkey-server'],
  packageManagers: [
    {
      command: 'apt-get',
      root: true,
      steps: [
        ...aptInstall('redis-server'),
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
  ],
  help: 'Install Redis (https://redis.io/docs/latest/operate/oss_and_stack/install/), or set REDIS_URL to use a running one',
};

let finding: Promise<string> | undefined;

/**
 * The path of a `redis-server` or `valkey-server`: one on the PATH, or else one that the system's package manager
 * installs now, when this process may (as root, or by `sudo` without a password). Only the first call in a process
 * looks, and `log` is told what is installed and how.
 *
 * @throws Error that says what to do, when there is none and none can be installed.
 */
export function findRedisServer(log: Log = () => {}): Promise<string> {
  finding ??= findOrInstall(REDIS, log).catch((error) => {
    finding = undefined;
    throw error;
  });
  return finding;
}
