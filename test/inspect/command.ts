import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NamespaceReport, NodeReport, Report } from '../../src/inspect/report';
import { atExit } from '../../tools/child-process';

const CLI = join(__dirname, '../../src/inspect/cli.js');

/** What the command has printed, and how it ended. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `socket.io-redis` to its end. */
export async function runCommand(...args: string[]): Promise<Ended> {
  return startCommand(...args).ended;
}

/** Starts `socket.io-redis`; `interrupt()` does what Ctrl+C does. */
export function startCommand(...args: string[]): { ended: Promise<Ended>; interrupt(): void } {
  const child = start(process.execPath, [CLI, ...args]);
  return { ended: untilEnd(child), interrupt: () => child.kill('SIGINT') };
}

/**
 * Runs a command of the shell to its end.
 *
 * @param script - in which `inspect` stands for `socket.io-redis inspect`
 * @param onOut - called with what it prints, as it comes
 */
export async function runShell(script: string, onOut?: (text: string) => void): Promise<Ended> {
  return untilEnd(start('sh', ['-c', `inspect() { '${process.execPath}' '${CLI}' inspect "$@"; }; ${script}`]), onOut);
}

async function untilEnd(child: ReturnType<typeof start>, onOut: (text: string) => void = () => {}): Promise<Ended> {
  const ended = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.out += text;
    onOut(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.err += text;
  });
  const [code] = await once(child, 'close');
  return { ...ended, code };
}

/** One report of `inspect --json`. @throws Error with what it complains about, unless it has found servers */
export async function inspect(uri: string, ...args: string[]): Promise<Report> {
  const { code, out, err } = await runCommand('inspect', uri, '--json', '--seconds', '0.1', ...args);
  if (code !== 0 || err !== '') throw new Error(`exit code ${code}: ${err}${out}`);
  return JSON.parse(out) as Report;
}

/** Waits for a report that is as it should be. */
export type UntilReport = (isSo: (report: Report) => boolean) => Promise<Report>;

/**
 * Lets `inspect --json --watch` run meanwhile, and ends it as Ctrl+C does.
 *
 * @throws Error unless it then has the exit code 0
 */
export async function whileWatching(
  uri: string,
  args: readonly string[],
  meanwhile: (until: UntilReport) => Promise<void>,
): Promise<void> {
  const child = start(process.execPath, [CLI, 'inspect', uri, '--json', '--watch', '--seconds', '0.1', ...args]);
  const closed = once(child, 'close');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  try {
    await meanwhile(async (isSo) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('It has ended before');
        const report = JSON.parse(value) as Report;
        if (isSo(report)) return report;
      }
    });
  } finally {
    child.kill('SIGINT');
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`It ended with the exit code ${code}`);
}

function start(command: string, args: readonly string[]) {
  const { REDIS_URL: _, ...env } = process.env;
  const child = spawn(command, args, { env });
  child.once(
    'close',
    atExit(() => child.kill('SIGKILL')),
  );
  return child;
}

export function namespaceOf({ namespaces }: Report, wanted: string): NamespaceReport | undefined {
  return namespaces.find(({ name }) => name === wanted);
}

/** What nodes run and have, in an order of its own. */
export function sharesOf(nodes: readonly NodeReport[] = []): unknown[] {
  const shares = nodes.map(({ runs, sockets, rooms }) => [runs, sockets, rooms]);
  return shares.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
