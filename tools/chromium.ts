import { aptInstall, findOrInstall, type Installable, type Log } from './package-manager.js';

const CHROMIUM: Installable = {
  name: 'Chromium',
  commands: ['chromium', 'chromium-browser', 'google-chrome'],
  packageManagers: [
    { command: 'apt-get', root: true, steps: aptInstall('chromium') },
    { command: 'apk', root: true, steps: [{ args: ['apk', 'add', '--no-cache', 'chromium'] }] },
    { command: 'dnf', root: true, steps: [{ args: ['dnf', 'install', '-y', 'chromium'] }] },
    { command: 'pacman', root: true, steps: [{ args: ['pacman', '-Sy', '--noconfirm', '--needed', 'chromium'] }] },
  ],
  help: 'Install Chromium or Chrome, so that one of these commands is on the PATH: chromium, chromium-browser, google-chrome',
};

/**
 * The path of a Chromium: one on the PATH, or else one that is installed now, as by `findRedisServer()`.
 *
 * @throws Error that says what to do, when there is none and none can be installed.
 */
export function findChromium(log: Log = () => {}): Promise<string> {
  return findOrInstall(CHROMIUM, log);
}
