import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Burst } from './burst';

/** One connection to Redis without a client library, which would cost more than what is measured. */

/** A command with its arguments, each as latin1 text: a byte a character. */
export type Command = readonly string[];

export function encode(command: Command): Buffer {
  return Buffer.from(
    `*${command.length}\r\n${command.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`,
    'latin1',
  );
}

/** Sends commands in bursts and adds up the replies. */
export class Replay {
  readonly #socket: Socket;
  /** Of broadcasts, by namespace: who listens to one sender must not miss what another one sends to others. */
  readonly #numbers = new Map<string, number>();
  #rest = '';
  #missing = 0;
  #sum = 0;
  #done: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (chunk: string) => this.#read(chunk));
  }

  static async connect(port: number): Promise<Replay> {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    return new Replay(socket);
  }

  /** @returns the sum of the replies that are numbers: how many subscribers PUBLISH reached, over all commands */
  send(burst: Burst): Promise<number> {
    this.#missing = burst.length;
    this.#sum = 0;
    this.#socket.write(burst.renumbered(this.#numbers));
    return new Promise((resolve) => {
      this.#done = () => resolve(this.#sum);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('-')) throw new Error(`Redis refused what was recorded: ${line}`);
      // the id that XADD replies with is a line after its length
      if (line.startsWith('$')) continue;
      this.#missing -= 1;
      if (line.startsWith(':')) this.#sum += Number(line.slice(1));
    }
    if (this.#missing === 0) this.#done?.();
  }
}

/** Sees every command that Redis is given. */
export class Monitor {
  readonly commands: Command[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    let rest = '';
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      this.commands.push(...lines.map(readMonitored));
    });
  }

  static async start(port: number): Promise<Monitor> {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    socket.write('MONITOR\r\n');
    await once(socket, 'data');
    return new Monitor(socket);
  }

  stop(): void {
    this.#socket.destroy();
  }
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };

/** `1700000000.123456 [0 127.0.0.1:1234] "PUBLISH" "channel" "\x93…"` */
function readMonitored(line: string): Command {
  const args = line.matchAll(/"((?:[^"\\]|\\.)*)"/gs);
  return [...args].map(([, arg = '']) =>
    arg.replace(/\\(?:x([0-9a-f]{2})|(.))/gs, (_, hex: string | undefined, letter: string) =>
      hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (ESCAPES[letter] ?? letter),
    ),
  );
}
