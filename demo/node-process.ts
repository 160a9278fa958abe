import { type ChildProcess, fork } from 'node:child_process';
import type { Call, Methods, Reply } from './calls';

/** Milliseconds that a process has to leave by itself. */
const LEAVES_WITHIN = 2_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A process that answers calls. It ends with this one at the latest, as it loses its channel to it then. */
export class NodeProcess<T extends Methods<T>> {
  /** Settles when the process is gone, whether it ended or never began. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #stopped: Promise<void> | undefined;

  /**
   * @param program - the file that it runs, which calls `answerCalls()`
   * @param onError - is told what goes wrong by itself, an early end of the process included
   */
  constructor(program: string, onError: (error: Error) => void) {
    const child = fork(program, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // unlike JSON, it keeps an argument that is undefined
      serialization: 'advanced',
    });
    child.on('message', (reply: Reply) => this.#receive(reply, onError));
    this.#child = child;
    this.gone = new Promise((resolve) => {
      child.on('error', (error) => {
        onError(error);
        if (child.pid === undefined) resolve();
      });
      child.once('exit', (code, signal) => {
        const error = new Error(`its process has ended (${signal ?? `exit code ${code}`})`);
        if (!this.#stopped) onError(error);
        for (const { reject } of this.#waiting.values()) reject(error);
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Calls a method of the process.
   *
   * @throws Error that the method throws, or when the process ends meanwhile or has ended
   */
  call<M extends keyof T & string>(method: M, ...args: Parameters<T[M]>): Promise<Awaited<ReturnType<T[M]>>> {
    this.#calls += 1;
    const call: Call = { id: this.#calls, method, args };
    return new Promise((resolve, reject) => {
      // the value comes from the method of this name
      this.#waiting.set(call.id, { resolve: (value) => resolve(value as Awaited<ReturnType<T[M]>>), reject });
      this.#child.send(call, (error) => error && reject(error));
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
    await this.gone;
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
