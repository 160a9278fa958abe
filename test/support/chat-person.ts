import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { io as connect4 } from 'socket.io-client';
import connect2 from 'socket.io-client-2';
import type { Answer, Members, Message, NodeHealth } from '../../demo/web/protocol';
import { eventually } from './eventually';
import type { NodeName, RunningWebDemo } from './web-demo';

interface Socket extends Pick<EventEmitter, 'on' | 'once' | 'emit'> {
  readonly id: string;
  close(): unknown;
}

/** A client of the web demo, as its pages are, with the Socket.IO of its node. */
export class ChatPerson {
  /** Fulfilled when it is a member, and its node hears the others. */
  readonly #ready: Promise<void>;
  /** Fulfilled with the reason, when it is disconnected. */
  readonly gone: Promise<string>;
  readonly #messages: Message[] = [];
  #health: NodeHealth | undefined;

  private constructor(
    private readonly socket: Socket,
    name: string,
  ) {
    socket.on('message', (message: Message) => this.#messages.push(message));
    socket.on('health', (health: NodeHealth) => {
      this.#health = health;
    });
    this.gone = new Promise((resolve) => socket.once('disconnect', resolve));
    const introduced = new Promise((resolve) => socket.once('connect', () => resolve(this.ask('introduce', name))));
    this.#ready = introduced.then(() => this.health(true));
  }

  static async connect(demo: RunningWebDemo, node: NodeName, name: string): Promise<ChatPerson> {
    const { url } = await demo.node(node);
    const options = { transports: ['websocket'], forceNew: true, reconnection: false };
    // it has its id once it is connected, and nobody asks before that
    const socket = (node === 'A' ? connect2(url, options) : connect4(url, options)) as unknown as Socket;
    const person = new ChatPerson(socket, name);
    await person.#ready;
    return person;
  }

  get id(): string {
    return this.socket.id;
  }

  get texts(): string[] {
    return this.#messages.map(({ text }) => text);
  }

  send(event: string, ...args: unknown[]): void {
    this.socket.emit(event, ...args);
  }

  ask(event: string, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.socket.emit(event, ...args, (answer: Answer) => {
        if ('value' in answer) resolve(answer.value);
        else reject(new Error(answer.error));
      });
    });
  }

  async members(): Promise<Members> {
    return (await this.ask('members')) as Members;
  }

  message(text: string): Promise<Message> {
    return eventually(() => {
      const found = this.#messages.find((message) => message.text === text);
      assert.ok(found, `no message "${text}" among ${this.texts}`);
      return found;
    });
  }

  async health(connected: boolean): Promise<void> {
    await eventually(() => this.#health?.connected === connected);
  }
  close(): void {
    this.socket.close();
  }
}
