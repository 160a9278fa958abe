import type { EventEmitter } from 'node:events';
import { io as connect4 } from 'socket.io-client';
import connect2 from 'socket.io-client-2';
import type { EventName, News, ServerKind } from './protocol';

/** What the clients of all generations of Socket.IO have in common. */
interface Socket extends Pick<EventEmitter, 'on' | 'once' | 'emit'> {
  readonly id: string;
  close(): unknown;
}

// All clients are in one process, and must not share a connection.
const OPTIONS = { transports: ['websocket'], forceNew: true, reconnection: false };

const clients: Record<ServerKind, (url: string) => Socket> = {
  'Socket.IO 2': (url) => connect2(url, OPTIONS),
  // it has its id once it is connected, and nobody asks before that
  'Socket.IO 4': (url) => connect4(url, OPTIONS) as unknown as Socket,
};

/** A client that keeps the news that it gets. */
export class DemoClient {
  readonly #socket: Socket;
  readonly #news: News[] = [];

  private constructor(
    readonly name: string,
    socket: Socket,
  ) {
    this.#socket = socket;
    socket.on('news' satisfies EventName, (news: News) => this.#news.push(news));
  }

  static connect(name: string, kind: ServerKind, url: string): Promise<DemoClient> {
    const socket = clients[kind](url);
    const client = new DemoClient(name, socket);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(client));
      socket.once('connect_error', (error) => reject(new Error(`${name} cannot connect to ${url}`, { cause: error })));
    });
  }

  get id(): string {
    return this.#socket.id;
  }

  /** Asks its server to put it into a room, and waits until it is there. */
  join(room: string): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.emit('join', room, () => resolve());
    });
  }

  /** The news since it was last asked, until the next event `end`. */
  newsUntilEnd(): Promise<News[]> {
    return new Promise((resolve) => {
      this.#socket.once('end' satisfies EventName, () => resolve(this.#news.splice(0)));
    });
  }

  close(): void {
    this.#socket.close();
  }
}
