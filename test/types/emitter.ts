import type { Emitter as PublishedEmitter } from '@socket.io/redis-emitter';
import { type BroadcastOperator, Emitter, type NamespaceEmitter, type RedisClient } from '../../src/emitter';

type EmitterParser = NonNullable<NonNullable<ConstructorParameters<typeof PublishedEmitter>[1]>['parser']>;

interface ServerToClientEvents {
  hello: (text: string, count?: number) => void;
  question: (text: string, answer: (reply: number) => void) => void;
  done: (answer: () => void) => void;
  7: () => void;
}

interface InterServerEvents {
  reload: (what: string, answer: (reply: boolean) => void) => void;
}

/** Not run, but compiled: the types of events are those of Socket.IO. */
export async function typed(client: RedisClient): Promise<void> {
  const emitter = new Emitter<ServerToClientEvents, InterServerEvents>(client);
  const always: true = emitter.emit('hello', 'x');
  emitter.to('room').except(['a', 7]).volatile.compress(always).emit('hello', 'x', 5);
  emitter.emit(7);
  emitter.emit('question', 'without an answer');
  emitter.timeout(5).emit('question', 'x', (error: Error | null, answers: number[]) => console.log(error, answers));
  const numbers: number[] = await emitter.emitWithAck('question', 'x');
  const nothing: undefined[] = await emitter.emitWithAck('done');
  const chat: NamespaceEmitter<ServerToClientEvents, InterServerEvents> = emitter.of('/chat');
  const flags: boolean[] = await chat.serverSideEmitWithAck('reload', 'config');
  chat.serverSideEmit('reload', 'config', (error, answers: boolean[]) => console.log(error, answers));
  console.log(numbers, nothing, flags);

  // @ts-expect-error -- not an event
  emitter.emit('bye');
  // @ts-expect-error -- not a string
  emitter.emit('hello', 5);
  // @ts-expect-error -- an argument is missing
  emitter.emitWithAck('question');
  // @ts-expect-error -- not an event of the servers
  emitter.serverSideEmit('hello', 'x');
  // @ts-expect-error -- not a room
  emitter.to(new Set(['room']));
  // @ts-expect-error -- not a mode
  new Emitter(client, { mode: 'streams' });
}

/** A parser as `@socket.io/redis-emitter` wants it. */
export function withParser(client: RedisClient, parser: EmitterParser): void {
  new Emitter(client, { parser });
  // @ts-expect-error -- it cannot write
  new Emitter(client, { parser: { decode: JSON.parse } });
}

/** Whoever does not say which events there are may emit anything. */
export async function untyped(client: RedisClient): Promise<unknown[]> {
  const emitter: BroadcastOperator = new Emitter(client, { key: 'x' }, '/chat');
  emitter.emit('anything', 1, { a: [Buffer.from('x')] });
  emitter.emit('anything', (error: Error | null, answers: unknown[]) => console.log(error, answers));
  return emitter.emitWithAck('anything', 1);
}
