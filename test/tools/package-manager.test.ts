import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { findOrInstall, type Installable } from '../../tools/package-manager.js';

describe('findOrInstall()', () => {
  test('finds the first of the commands that is on the PATH', async (t) => {
    const { folder, program, addCommand } = await system(t);
    await addCommand('tool-2', '');
    assert.equal(await findOrInstall(program, assert.fail), join(folder, 'tool-2'));
    await addCommand('tool-1', '');
    assert.equal(await findOrInstall(program, assert.fail), join(folder, 'tool-1'));
  });

  test('installs what is missing with the package manager that is there, and says so', async (t) => {
    const { folder, program, addCommand } = await system(t);
    await addCommand('manager', `[ "$1" = install ] && /bin/cp "$0" '${folder}/tool-1'`);
    const log: string[] = [];
    assert.equal(await findOrInstall(program, (line) => log.push(line)), join(folder, 'tool-1'));
    assert.deepEqual(log.slice(0, 2), ['No tool-1 found: installing it with manager.', '$ manager update']);
    assert.match(log[2] ?? '', /^\(went wrong, going on: /);
    assert.equal(log[3], '$ manager install');
  });

  test('says what to do when the package manager fails, or installs something else', async (t) => {
    const { program, addCommand } = await system(t);
    await addCommand('manager', 'exit 1');
    await assert.rejects(
      findOrInstall(program, () => {}),
      /^Error: Could not install Tool with manager\. Do it\.$/,
    );
    await addCommand('manager', 'exit 0');
    await assert.rejects(
      findOrInstall(program, () => {}),
      /^Error: manager installed no tool-1 or tool-2\. Do it\.$/,
    );
  });

  test('says what to do when there is no package manager', async (t) => {
    const { program } = await system(t);
    await assert.rejects(
      findOrInstall(program, assert.fail),
      /^Error: There is no tool-1 or tool-2 on the PATH\. Do it/,
    );
  });
});

/** A PATH with nothing on it yet. */
async function system(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'package-manager-test-'));
  const { PATH } = process.env;
  process.env.PATH = folder;
  t.after(async () => {
    process.env.PATH = PATH;
    await rm(folder, { recursive: true });
  });
  const program: Installable = {
    name: 'Tool',
    commands: ['tool-1', 'tool-2'],
    packageManagers: [
      { command: 'absent', root: false, steps: [{ args: ['absent'] }] },
      {
        command: 'manager',
        root: false,
        steps: [{ args: ['manager', 'update'], optional: true }, { args: ['manager', 'install'] }],
      },
    ],
    help: 'Do it',
  };
  return {
    folder,
    program,
    async addCommand(name: string, script: string): Promise<void> {
      await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, name), 0o755);
    },
  };
}
