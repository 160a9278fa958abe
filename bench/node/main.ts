// The process of one node: does what the benchmark calls it for, until it loses its channel to it.

import type { Call, NodeMethods, Reply, Setup } from '../protocol';
import { subjects, UnsupportedError } from '../subjects';
import { startRawNode } from './raw-node';
import { startServerNode } from './server-node';

type Methods = Partial<Record<keyof NodeMethods, (...args: never[]) => unknown>>;

let methods: Methods = { start, cpu, memory };

async function start(setup: Setup): Promise<void> {
  const node = await (subjects[setup.subject].adapter ? startServerNode : startRawNode)(setup, () => reply('barrier'));
  methods = { ...methods, ...node };
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function memory(): number {
  for (let i = 0; i < 3; i++) global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function reply(reply: Reply): void {
  // who does not listen any more has ended this process
  process.send?.(reply, undefined, undefined, () => {});
}

async function answer({ id, method, args }: Call): Promise<void> {
  try {
    const call = methods[method];
    if (!call) throw new UnsupportedError(`it has no ${method}()`);
    reply({ id, value: await call(...(args as never[])) });
  } catch (error) {
    const { stack = String(error) } = error as Error;
    const unsupported = error instanceof UnsupportedError;
    reply({ id, error: unsupported ? error.message : stack, unsupported });
  }
}

process.on('message', (call: Call) => void answer(call));
process.on('disconnect', () => process.exit());
