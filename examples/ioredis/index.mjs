import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000 } = process.env;

const pubClient = new Redis(REDIS_URL);
const subClient = pubClient.duplicate();
for (const client of [pubClient, subClient]) client.on('error', console.error);

const io = new Server(Number(PORT), { adapter: createAdapter(pubClient, subClient) });
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
await io.of('/').adapter.ready;
console.log(`listening on port ${PORT}`);

process.once('SIGTERM', async () => {
  await io.close();
  await Promise.all([pubClient.quit(), subClient.quit()]);
});
