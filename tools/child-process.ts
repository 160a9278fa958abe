import { type ChildProcess, spawn } from 'node:child_process';

/** How many characters of what a process says are kept. */
const OUTPUT_KEPT = 4_000;

/** Milliseconds that a process has between SIGTERM and SIGKILL. */
const LEAVES_WITHIN = 2_000;

/** A running program that does not keep this process alive, and whose last words are kept. */
export class OwnChildProcess {
  /** Settles when the process is gone, whether it ended or never began. */
  readonly gone: Promise<void>;
  #child: ChildProcess;
  #output = '';

  constructor(command: string, args: readonly string[]) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (text: string) => {
      this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    this.#child = child;
    this.gone = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.on('error', (error) => {
        keep(String(error));
        if (child.pid === undefined) resolve();
      });
    });
    this.#ref(false);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The end of what it has written to its standard output and error. */
  get output(): string {
    return this.#output;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Sends `signal`, and SIGKILL when that takes too long; resolves when the process is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#ref(true);
    this.signal(signal);
    // A process that was halted with SIGSTOP has to go on to see a SIGTERM.
    this.signal('SIGCONT');
    const impatience = setTimeout(() => this.signal('SIGKILL'), LEAVES_WITHIN);
    await this.gone;
    clearTimeout(impatience);
  }

  /** Whether this process waits for the other one. */
  #ref(wait: boolean): void {
    const method = wait ? 'ref' : 'unref';
    this.#child[method]();
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      // Their type does not say that pipes to a child are sockets.
      if (stream && method in stream) (stream as unknown as ChildProcess)[method]();
    }
  }
}

const cleanups = new Set<() => void>();

/**
 * Calls `cleanup`, which has to be synchronous, when this process ends by itself, by SIGINT, SIGTERM or SIGHUP.
 * The returned function takes it back.
 */
export function atExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) listen();
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) unlisten();
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function listen(): void {
  process.on('exit', cleanUp);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unlisten(): void {
  process.off('exit', cleanUp);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup();
}

function onSignal(signal: NodeJS.Signals): void {
  // Somebody else shuts this process down in their own order, and `exit` follows.
  if (process.listenerCount(signal) > 1) return;
  cleanUp();
  unlisten();
  process.kill(process.pid, signal);
}
