// One server in a process of its own: started by fleet.ts, ends when that one disconnects.

import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as Server4 } from 'socket.io';
import createServer2 from 'socket.io-2';
import redisAdapter from 'socket.io-redis';
import { answerCalls, reportError } from './calls';
import type { DemoServer, ServerKind, ServerProcess, ServerSettings } from './protocol';

interface RunningServer extends DemoServer {
  /** Where clients connect to. */
  url: string;
  close(): Promise<void>;
}

const servers: Record<ServerKind, (settings: ServerSettings) => Promise<RunningServer>> = {
  'Socket.IO 2': startServer2,
  'Socket.IO 4': startServer4,
};

async function startServer2({ redisUrl, key }: ServerSettings): Promise<RunningServer> {
  const http = createServer();
  const io = createServer2(http);
  io.adapter(redisAdapter(redisUrl, { key }));
  io.on('connection', (socket) => {
    socket.on('join', (room: string, joined: () => void) => socket.join(room, () => joined()));
  });
  return running(http, io, io.of('/').adapter as redisAdapter.RedisAdapter2);
}

async function startServer4({ redisUrl, key }: ServerSettings): Promise<RunningServer> {
  const http = createServer();
  const io = new Server4(http, { adapter: redisAdapter.createAdapter(redisUrl, { key }) });
  io.on('connection', (socket) => {
    socket.on('join', async (room: string, joined: () => void) => {
      await socket.join(room);
      joined();
    });
  });
  return running(http, io, io.of('/').adapter as redisAdapter.RedisAdapter);
}

/** What the servers of both generations have in common. */
interface Io {
  emit(event: string, news: unknown): unknown;
  to(room: string): Pick<Io, 'emit'>;
  close(): unknown;
}

type Adapter = redisAdapter.RedisApi & { on(event: 'error', listener: (error: Error) => void): unknown };

async function running(http: HttpServer, io: Io, adapter: Adapter): Promise<RunningServer> {
  adapter.on('error', reportError);
  http.listen(0, '127.0.0.1');
  await Promise.all([once(http, 'listening'), adapter.ready]);
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async emit(event, news, room) {
      (room === undefined ? io : io.to(room)).emit(event, news);
    },
    clients: (room) => adapter.clients([room]),
    remoteJoin: (id, room) => adapter.remoteJoin(id, room),
    async close() {
      io.close();
      await adapter.close();
    },
  };
}

let server: RunningServer | undefined;

const methods: ServerProcess = {
  async start(settings) {
    server = await servers[settings.kind](settings);
    return server.url;
  },
  emit: (...args) => started().emit(...args),
  clients: (...args) => started().clients(...args),
  remoteJoin: (...args) => started().remoteJoin(...args),
};

function started(): RunningServer {
  if (!server) throw new Error('The server is not started yet');
  return server;
}

answerCalls(methods, () => server?.close());
