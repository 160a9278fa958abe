import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Call, Reply, ServerProcess } from './protocol';

/** Milliseconds that a process has to leave by itself. */
const LEAVES_WITHIN = 2_000;

type Arguments<M extends keyof ServerProcess> = Parameters<ServerProcess[M]>;
type Result<M extends keyof ServerProcess> = Awaited<ReturnType<ServerProcess[M]>>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A process that runs server.ts. It ends with this one at the latest, as it loses its channel to it then. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #stopped: Promise<void> | undefined;

  /** @param onError - is told what goes wrong by itself, an early end of the process included */
  constructor(onError: (error: Error) => void) {
    const child = fork(join(__dirname, 'server.js'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // unlike JSON, it keeps an argument that is undefined
      serialization: 'advanced',
    });
    child.on('message', (reply: Reply) => this.#receive(reply, onError));
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      child.on('error', (error) => {
        onError(error);
        if (child.pid === undefined) resolve();
      });
      child.once('exit', (code, signal) => {
        if (!this.#stopped) onError(new Error(`its process has ended (${signal ?? `exit code ${code}`})`));
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Calls a method of the process; waits for ever when that one ends meanwhile, which `onError` is told. */
  call<M extends keyof ServerProcess>(method: M, ...args: Arguments<M>): Promise<Result<M>> {
    this.#calls += 1;
    const call: Call = { id: this.#calls, method, args };
    return new Promise((resolve, reject) => {
      // the value comes from the method of this name
      this.#waiting.set(call.id, { resolve: (value) => resolve(value as Result<M>), reject });
      // what cannot be sent, as the process has ended, is told by its end
      this.#child.send(call, () => {});
    });
  }

  /**
   * Lets the process leave, and returns when it is gone.
   *
   * @throws Error when it had to be killed
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    let killed = false;
    const impatience = setTimeout(() => {
      killed = this.#child.kill('SIGKILL');
    }, LEAVES_WITHIN);
    if (this.#child.connected) this.#child.disconnect();
    await this.#gone;
    clearTimeout(impatience);
    if (killed || this.#child.exitCode === 1) throw new Error('its process did not leave by itself');
  }

  #receive(reply: Reply, onError: (error: Error) => void): void {
    const waiting = reply.id === undefined ? undefined : this.#waiting.get(reply.id);
    if (reply.id !== undefined) this.#waiting.delete(reply.id);
    if ('value' in reply) waiting?.resolve(reply.value);
    else (waiting?.reject ?? onError)(new Error(reply.error));
  }
}
