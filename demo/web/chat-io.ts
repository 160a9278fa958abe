import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server as Server4 } from 'socket.io';
import createServer2 from 'socket.io-2';
import redisAdapter from 'socket.io-redis';
import type { ServerKind } from '../protocol';

/** A client's connection, whatever the generation of its server. */
export interface ChatSocket {
  id: string;
  rooms(): string[];
  join(room: string): Promise<void>;
  leave(room: string): Promise<void>;
  emit(event: string, value: unknown): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** What the chat needs of a Socket.IO server, whatever its generation. */
export interface ChatIo {
  readonly adapter: redisAdapter.RedisApi & Pick<NodeJS.EventEmitter, 'on'>;
  /** Emits to the clients of all nodes, or to those in the room. */
  emit(event: string, value: unknown, room?: string): void;
  /** Emits to the clients of this node. */
  emitLocal(event: string, value: unknown): void;
  onConnection(listener: (socket: ChatSocket) => void): void;
  /** Closes the server with its clients, and the adapter. */
  close(): Promise<void>;
}

export interface ChatIoOptions {
  redisUrl: string;
  adapter: redisAdapter.RedisAdapterOptions;
  /** Whether a client may connect. */
  allow(request: IncomingMessage): boolean;
}

/**
 * The client of each generation, for browsers. The servers would serve one as well, but that of Socket.IO 2 takes the one
 * that lies beside it in node_modules, which is that of Socket.IO 4 here.
 */
export const clientFile: Record<ServerKind, string> = {
  'Socket.IO 2': require.resolve('socket.io-client-2/dist/socket.io.js'),
  'Socket.IO 4': require.resolve('socket.io-client/dist/socket.io.js'),
};

/** Puts a Socket.IO server of a generation on an HTTP server. */
export const chatIo: Record<ServerKind, (http: HttpServer, options: ChatIoOptions) => ChatIo> = {
  'Socket.IO 2': chatIo2,
  'Socket.IO 4': chatIo4,
};

type Allowed = (error: string | null, allowed: boolean) => void;

function chatIo2(http: HttpServer, { redisUrl, adapter: options, allow }: ChatIoOptions): ChatIo {
  const io = createServer2(http, {
    serveClient: false,
    allowRequest: (request: IncomingMessage, allowed: Allowed) => allowed(null, allow(request)),
  });
  io.adapter(redisAdapter(redisUrl, options));
  const adapter = io.of('/').adapter as redisAdapter.RedisAdapter2;
  return {
    adapter,
    emit: (event, value, room) => (room === undefined ? io : io.to(room)).emit(event, value),
    emitLocal: (event, value) => io.of('/').local.emit(event, value),
    onConnection: (listener) => io.on('connection', (socket) => listener(chatSocket2(socket))),
    async close() {
      io.close();
      await adapter.close();
    },
  };
}

function chatSocket2(socket: createServer2.Socket): ChatSocket {
  return {
    id: socket.id,
    rooms: () => Object.keys(socket.rooms).filter((room) => room !== socket.id),
    join: (room) => settled((done) => socket.join(room, done)),
    leave: (room) => settled((done) => socket.leave(room, done)),
    emit: (event, value) => socket.emit(event, value),
    on: (event, listener) => socket.on(event, listener),
  };
}

function settled(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}

function chatIo4(http: HttpServer, { redisUrl, adapter: options, allow }: ChatIoOptions): ChatIo {
  const io = new Server4(http, {
    serveClient: false,
    adapter: redisAdapter.createAdapter(redisUrl, options),
    allowRequest: (request, allowed) => allowed(null, allow(request)),
  });
  const adapter = io.of('/').adapter as redisAdapter.RedisAdapter;
  return {
    adapter,
    emit: (event, value, room) => (room === undefined ? io : io.to(room)).emit(event, value),
    emitLocal: (event, value) => io.of('/').local.emit(event, value),
    onConnection(listener) {
      io.on('connection', (socket) => {
        listener({
          id: socket.id,
          rooms: () => [...socket.rooms].filter((room) => room !== socket.id),
          join: async (room) => socket.join(room),
          leave: async (room) => socket.leave(room),
          emit: (event, value) => socket.emit(event, value),
          on: (event, handler) => socket.on(event, handler),
        });
      });
    },
    async close() {
      io.close();
      await adapter.close();
    },
  };
}
