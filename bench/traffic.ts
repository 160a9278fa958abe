import { eventually } from '../tools/eventually';
import type { RedisServer } from '../tools/redis-server';
import type { ClientName } from './clients';
import { NodeProcess } from './node-process';
import { BARRIER_ROOM, EVENT, ROOM } from './protocol';
import { type Command, Monitor } from './resp';
import { type SubjectName, subjects } from './subjects';

/** Namespaces with names of one length, so that a recorded message can be readdressed. */
export const MANY_NSPS = Array.from({ length: 1000 }, (_, i) => `/n${String(i).padStart(3, '0')}`);
const NSPS = ['/', MANY_NSPS[0] as string];

const RECORDER: ClientName = 'ioredis 5';

const EMPTY_SETUP = { nsps: [], message: { channel: '', payload: '' } };

/** What a subject sends for an event to a room of a namespace, and to the barrier room. */
export interface Messages {
  room: Command;
  barrier: Command;
}

/**
 * The messages of each subject, recorded from a node of it: sent again from here, they reach the node that is measured in
 * the same way whatever the subject.
 */
export class Traffic {
  readonly #redis: RedisServer;
  readonly #recorded = new Map<SubjectName, Promise<Map<string, Messages>>>();
  #recordings: Promise<unknown> = Promise.resolve();

  constructor(redis: RedisServer) {
    this.#redis = redis;
  }

  /** @throws {UnsupportedError} */
  async of(subject: SubjectName, nsp = '/'): Promise<Messages> {
    if (!subjects[subject].adapter) {
      const { room } = await this.of('8.3.0', nsp);
      return { room, barrier: ['PUBLISH', BARRIER_ROOM, ''] };
    }
    const recording = this.#recorded.get(subject) ?? this.#afterOthers(() => this.#record(subject));
    this.#recorded.set(subject, recording);
    return (await recording).get(nsp) as Messages;
  }

  /** What one subject sends must not be taken for what another one does. */
  #afterOthers<T>(record: () => Promise<T>): Promise<T> {
    const recording = this.#recordings.then(record, record);
    this.#recordings = recording;
    return recording;
  }

  async #record(subject: SubjectName): Promise<Map<string, Messages>> {
    const { port } = this.#redis;
    const monitor = await Monitor.start(port);
    const node = new NodeProcess();
    try {
      await node.call('start', { ...EMPTY_SETUP, subject, client: RECORDER, port });
      const messages = new Map<string, Messages>();
      for (const nsp of NSPS) {
        await node.call('emit', nsp, ROOM);
        const room = await next(monitor);
        await node.call('emit', nsp, BARRIER_ROOM);
        messages.set(nsp, { room, barrier: await next(monitor) });
      }
      return messages;
    } finally {
      monitor.stop();
      await node.stop();
    }
  }
}

/** The same message for another room or namespace, whose name is as long. */
export function readdress(command: Command, name: string, otherName: string): Command {
  if (name === otherName) return command;
  return command.map((arg) => arg.replaceAll(name, otherName));
}

function next({ commands }: Monitor): Promise<Command> {
  return eventually(() => {
    const index = commands.findIndex((command) => command.some((arg) => arg.includes(EVENT)));
    const found = commands[index];
    if (!found) throw new Error('the node has sent nothing');
    commands.splice(0, index + 1);
    return found;
  });
}
