import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  output: string;
  /** In milliseconds. */
  took: number;
}

/** A program that starts others, in a process group of its own, as a terminal would give it. */
export class Program {
  stdout = '';
  stderr = '';
  readonly #begin = performance.now();
  #closed = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    child.once('close', () => {
      this.#closed = true;
    });
  }

  /**
   * @param file - a compiled program
   * @param env - beside that of this process, without `REDIS_URL` and `PORT`
   */
  static async start(file: string, env: NodeJS.ProcessEnv = {}): Promise<Program> {
    const TMPDIR = await mkdtemp(join(tmpdir(), 'program-test-'));
    const { REDIS_URL: _, PORT: __, ...inherited } = process.env;
    const child = spawn(process.execPath, ['--enable-source-maps', file], {
      detached: true,
      env: { ...inherited, TMPDIR, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    assert.ok(child.pid);
    return new Program(child, TMPDIR);
  }

  /** Waits until it has written something to its standard output. */
  async says(text: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = text.exec(this.stdout);
      if (found) return found;
      assert.equal(this.#closed, false, `it ended before it said ${text}: ${this.stdout}${this.stderr}`);
      await Promise.race(['data', 'close'].map((event) => once(this.child.stdout as NodeJS.EventEmitter, event)));
    }
  }

  pressCtrlC(): void {
    this.#signal('SIGINT');
  }

  /**
   * Waits for its end, which includes that no process and no file of it is left.
   *
   * @param within - milliseconds from now
   */
  async ended(within: number): Promise<Ended> {
    if (!this.#closed) await once(this.child, 'close', { signal: AbortSignal.timeout(within) });
    const took = performance.now() - this.#begin;
    const { stdout, stderr } = this;
    assert.equal(this.isThere, false, `a process is left in group ${this.child.pid}:\n${stdout}${stderr}`);
    assert.deepEqual(await readdir(this.folder), []);
    return { exitCode: this.child.exitCode, stdout, stderr, output: stdout + stderr, took };
  }

  /** Ends whatever is left of it. */
  async destroy(): Promise<void> {
    if (this.isThere) this.#signal('SIGKILL');
    if (!this.#closed) await once(this.child, 'close');
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Is there any process in the group? */
  get isThere(): boolean {
    try {
      this.#signal(0);
      return true;
    } catch {
      return false;
    }
  }

  #signal(signal: NodeJS.Signals | 0): void {
    process.kill(-(this.child.pid as number), signal);
  }
}
