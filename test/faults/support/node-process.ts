import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atExit } from '../../../tools/child-process.js';
import type { Call, ErrorFields, NodeContext, NodeSettings, Reply } from './node-program';

const OUTPUT_KEPT = 20_000;

/** How a process ended by itself. */
export interface Death {
  node: string;
  /** The error that did it, or how it exited. */
  cause: string;
}

/** An error of a function that ran in the other process, with its fields. */
export class RemoteError extends Error {
  constructor(readonly fields: ErrorFields) {
    super(`${fields.name}: ${fields.message}`);
  }
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A Socket.IO server in a process of its own; see node-program.ts. */
export class NodeProcess {
  /** Where clients connect to. */
  url = '';
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #output = '';
  #ending = false;
  #exit: string | undefined;

  private constructor(readonly settings: NodeSettings) {
    this.#child = fork(join(__dirname, 'node-program.js'), [JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--expose-gc'],
      serialization: 'advanced',
    });
    const forget = atExit(() => this.#child.kill('SIGKILL'));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
      });
    }
    this.#child.on('message', (reply: Reply) => this.#settle(reply));
    this.#child.once('close', (code, signal) => {
      forget();
      this.#exit = signal ?? `exit code ${code}`;
      for (const { reject } of this.#waiting.values()) reject(new Error(`the process of ${this.name} has ended`));
    });
  }

  /** Starts the process, and waits until its server listens. */
  static async start(settings: NodeSettings): Promise<NodeProcess> {
    const node = new NodeProcess(settings);
    const ended = once(node.#child, 'close').then(() => {
      throw new Error(`The process of ${node.name} ended before it listened: ${node.#output}`);
    });
    const [{ url }] = await Promise.race([once(node.#child, 'message'), ended]);
    node.url = url;
    return node;
  }

  get name(): string {
    return this.settings.name;
  }

  /** How it ended, if it did so by itself. */
  get death(): Death | undefined {
    if (this.#exit === undefined || this.#ending || this.#exit === 'exit code 0') return undefined;
    const error = this.#output.match(/^(?:Uncaught )?(?:\[?[\w$]*Error\b.*)$/m)?.[0];
    return { node: this.name, cause: error ?? this.#exit };
  }

  /** The end of what it has written. */
  get output(): string {
    return this.#output;
  }

  /** Runs a function in the process. It can use its two parameters only, and what it returns is copied. */
  run<R>(work: (node: NodeContext) => R): Promise<Awaited<R>>;
  run<A, R>(work: (node: NodeContext, argument: A) => R, argument: A): Promise<Awaited<R>>;
  run(work: (node: NodeContext, argument: never) => unknown, argument?: unknown): Promise<unknown> {
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      if (this.#exit !== undefined) throw new Error(`the process of ${this.name} has ended`);
      this.#waiting.set(id, { resolve, reject });
      const call: Call = { id, source: String(work), argument };
      // a process that is going to end rejects all that waits, once it has
      this.#child.send(call, () => {});
    });
  }

  #settle(reply: Reply): void {
    if (!('id' in reply)) return;
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new RemoteError(reply.error));
    else waiting?.resolve(reply.value);
  }

  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  /** Waits until the process has ended by itself. @returns the milliseconds that it took, or undefined after `within` of them */
  async exits(within: number): Promise<number | undefined> {
    const begin = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, within, false);
    });
    const left = this.#exit !== undefined || once(this.#child, 'close').then(() => true);
    const ended = await Promise.race([left, late]);
    clearTimeout(timer);
    return ended ? Math.round(performance.now() - begin) : undefined;
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    if (this.#exit !== undefined) return;
    this.#ending = true;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}
