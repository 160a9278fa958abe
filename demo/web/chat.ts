import redisAdapter from 'socket.io-redis';
import type { ServerKind } from '../protocol';
import type { ChatIo, ChatSocket } from './chat-io';
import { InputError, idOf, nameOf, roomOf, textOf } from './input';
import type { Answer, Member, Members, Message, NodeHealth } from './protocol';

/** The chat on one node: answers the events of its pages, and those of the other nodes through the adapter. */
export class Chat {
  readonly #members = new Map<string, { name: string; socket: ChatSocket }>();
  #connected = false;

  constructor(
    private readonly io: ChatIo,
    private readonly node: string,
    private readonly kind: ServerKind,
  ) {
    io.adapter.customHook = (_question, answer) => answer(this.#ownMembers());
    io.adapter.on('degraded', () => this.#setConnected(false));
    io.adapter.on('restored', () => this.#setConnected(true));
    io.adapter.ready.then(() => this.#setConnected(true)).catch(() => {});
    io.onConnection((socket) => this.#receive(socket));
  }

  #setConnected(connected: boolean): void {
    this.#connected = connected;
    this.io.emitLocal('health', this.#health);
    // who is there may have changed unheard
    this.io.emitLocal('changed', null);
  }

  get #health(): NodeHealth {
    return { node: this.node, kind: this.kind, connected: this.#connected };
  }

  #receive(socket: ChatSocket): void {
    const answers: Record<string, (...args: unknown[]) => unknown> = {
      introduce: (name) => this.#introduce(socket, nameOf(name)),
      say: (text, room) => this.#say(socket, textOf(text), room === null ? undefined : roomOf(room)),
      rooms: () => socket.rooms(),
      join: (room) => this.#changing(socket.join(roomOf(room))),
      leave: (room) => this.#changing(socket.leave(roomOf(room))),
      members: () => this.#allMembers(),
      remoteJoin: (id, room) => this.#changing(this.io.adapter.remoteJoin(idOf(id), roomOf(room))),
      remoteDisconnect: (id) => this.#changing(this.io.adapter.remoteDisconnect(idOf(id), true)),
    };
    for (const [event, answer] of Object.entries(answers)) socket.on(event, acknowledged(answer));
    socket.on('disconnect', () => {
      if (this.#members.delete(socket.id)) this.io.emit('changed', null);
    });
    socket.emit('health', this.#health);
  }

  #introduce(socket: ChatSocket, name: string): void {
    this.#members.set(socket.id, { name, socket });
    this.io.emit('changed', null);
  }

  #say(socket: ChatSocket, text: string, room: string | undefined): void {
    const name = this.#members.get(socket.id)?.name;
    if (name === undefined) throw new InputError('who writes must have a name');
    const message: Message = { text, name, node: this.node, sentAt: now(), ...(room !== undefined && { room }) };
    this.io.emit('message', message, room);
  }

  /** Tells the pages of all nodes once something about the members has changed. */
  async #changing(change: Promise<void>): Promise<void> {
    await change;
    this.io.emit('changed', null);
  }

  #ownMembers(): Member[] {
    return [...this.#members].map(([id, { name, socket }]) => ({ id, name, rooms: socket.rooms(), node: this.node }));
  }

  async #allMembers(): Promise<Members> {
    try {
      return { members: sorted(await this.io.adapter.customRequest('members')) };
    } catch (error) {
      const { partial, message } = partialOf(error);
      return { members: sorted(partial), incomplete: message };
    }
  }
}

/** What the nodes answered, all of them with their members. */
function sorted(answers: unknown[]): Member[] {
  const members = (answers as (Member[] | null)[]).flatMap((answer) => answer ?? []);
  return members.sort((a, b) => a.node.localeCompare(b.node) || a.name.localeCompare(b.name));
}

/** @throws the error when it has no part of the answers */
function partialOf(error: unknown): { partial: unknown[]; message: string } {
  const { RequestTimeoutError, RequestFailedError } = redisAdapter;
  if (!(error instanceof RequestTimeoutError || error instanceof RequestFailedError)) throw error;
  return { partial: error.partial as unknown[], message: error.message };
}

/** Calls the last argument of an event with the answer. */
function acknowledged(answer: (...args: unknown[]) => unknown) {
  return async (...args: unknown[]): Promise<void> => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (answer: Answer) => void) : undefined;
    try {
      const value = await answer(...(acknowledge ? args.slice(0, -1) : args));
      acknowledge?.({ value: value ?? null });
    } catch (error) {
      acknowledge?.({ error: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** Milliseconds since 1970: with a fraction, unless the clock was set since this process began. */
function now(): number {
  const fine = performance.timeOrigin + performance.now();
  const coarse = Date.now();
  return Math.abs(fine - coarse) < 2 ? fine : coarse;
}
