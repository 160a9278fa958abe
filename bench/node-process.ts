import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Call, NodeMethods, Reply } from './protocol';
import { UnsupportedError } from './subjects';

type Arguments<M extends keyof NodeMethods> = Parameters<NodeMethods[M]>;
type Result<M extends keyof NodeMethods> = Awaited<ReturnType<NodeMethods[M]>>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A node in a process of its own, so that the CPU time and the memory of the process are those of the node alone. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #atBarrier = new Set<() => void>();
  #calls = 0;

  /** @param nodeOptions - further options of Node.js */
  constructor(nodeOptions: readonly string[] = []) {
    this.#child = fork(join(__dirname, 'node/main.js'), {
      execArgv: ['--expose-gc', '--no-warnings', ...nodeOptions],
      // unlike JSON, it keeps a value that is undefined
      serialization: 'advanced',
    });
    this.#child.on('message', (reply: Reply) => this.#receive(reply));
    this.#child.on('exit', (code, signal) => {
      const error = new Error(`the process of a node has ended (${signal ?? `exit code ${code}`})`);
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  call<M extends keyof NodeMethods>(method: M, ...args: Arguments<M>): Promise<Result<M>> {
    this.#calls += 1;
    const call: Call = { id: this.#calls, method, args };
    return new Promise((resolve, reject) => {
      // the value comes from the method of this name
      this.#waiting.set(call.id, { resolve: (value) => resolve(value as Result<M>), reject });
      this.#child.send(call, (error) => error && reject(error));
    });
  }

  /** Waits until the node's socket in the barrier room gets a message. */
  barrier(): Promise<void> {
    return new Promise((resolve) => this.#atBarrier.add(resolve));
  }

  /** Lets the process leave, and returns when it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }

  #receive(reply: Reply): void {
    if (reply === 'barrier') {
      for (const resolve of this.#atBarrier) resolve();
      this.#atBarrier.clear();
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('value' in reply) waiting?.resolve(reply.value);
    else waiting?.reject(reply.unsupported ? new UnsupportedError(reply.error) : new Error(reply.error));
  }
}
