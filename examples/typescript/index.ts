import { Server } from 'socket.io';
import { createAdapter, type RedisAdapter, RequestTimeoutError } from 'socket.io-redis';

interface ClientToServer {
  message(text: string): void;
  count(answer: (sockets: number) => void): void;
}

interface ServerToClient {
  message(text: string): void;
}

interface BetweenServers {
  reload(reason: string): void;
}

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000 } = process.env;

const io = new Server<ClientToServer, ServerToClient, BetweenServers>(Number(PORT), {
  adapter: createAdapter(REDIS_URL),
});
const adapter = io.of('/').adapter as RedisAdapter;
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
  socket.on('count', async (answer) => answer(await countSockets()));
});
io.on('reload', (reason) => console.log(`another server says: reload, ${reason}`));
adapter.ready.then(() => console.log(`listening on port ${PORT}`));

process.once('SIGTERM', () => io.close());

/** On all servers; of those that have answered, when one does not. */
async function countSockets(): Promise<number> {
  try {
    return await adapter.countSockets();
  } catch (error) {
    if (error instanceof RequestTimeoutError) return error.partial as number;
    throw error;
  }
}
