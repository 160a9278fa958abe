import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { atExit } from '../../tools/child-process';

/** Milliseconds that an example has between the signal and SIGKILL, which fails it. */
const LEAVES_WITHIN = 10_000;

export type Env = Readonly<Record<string, string>>;

/** An example that runs in a process of its own, and has said that it is ready. */
export interface Running {
  url: string;
  /** What it was told beside the environment of this process. */
  env: Env;
  /** The line that it has printed. */
  line: string;
  /** Connects a client. */
  connect(transport: 'websocket' | 'polling'): Promise<Socket>;
  /** Sends the signal and waits for the end. @throws Error unless the exit code is 0, and nothing was printed as an error */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts an example in its folder, and waits for its line.
 *
 * @param ipc - whether it is to send `ready` as a message too, as PM2 has it
 * @throws Error with what it has printed, when it ends before
 */
export async function run(file: string, port: number, env: Env, ipc = false): Promise<Running> {
  const child = spawn(process.execPath, [file], {
    cwd: dirname(file),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  const forget = atExit(() => child.kill('SIGKILL'));
  const output = keepOutput(child);
  const closed = once(child, 'close').then(() => forget());
  const ready = Promise.all([once(child.stdout as NodeJS.ReadableStream, 'data'), ipc && once(child, 'message')]);
  await Promise.race([ready, closed]);
  if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}:\n${output.err}`);
  const url = `http://localhost:${port}`;
  return {
    url,
    env,
    line: output.out,
    async connect(transport) {
      const socket = io(url, { transports: [transport], forceNew: true, reconnection: false });
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('connect_error', reject);
      });
      return socket;
    },
    async end(signal) {
      child.kill(signal);
      const impatience = setTimeout(() => child.kill('SIGKILL'), LEAVES_WITHIN);
      await closed;
      clearTimeout(impatience);
      if (child.exitCode !== 0) throw new Error(`It ended with ${child.signalCode ?? child.exitCode}:\n${output.err}`);
      if (output.err !== '') throw new Error(`It has printed errors:\n${output.err}`);
    },
  };
}

function keepOutput(child: ChildProcess): { out: string; err: string } {
  const output = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.err += text;
  });
  return output;
}
