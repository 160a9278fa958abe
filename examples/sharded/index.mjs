import { createClient } from 'redis';
import { Server } from 'socket.io';
import { createShardedAdapter } from 'socket.io-redis';

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000 } = process.env;

const pubClient = createClient({ url: REDIS_URL });
const subClient = pubClient.duplicate();
await Promise.all([pubClient, subClient].map((client) => client.on('error', console.error).connect()));

const io = new Server(Number(PORT), {
  adapter: createShardedAdapter(pubClient, subClient, { subscriptionMode: 'dynamic' }),
});
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
await io.of('/').adapter.ready;
console.log(`listening on port ${PORT}`);

process.once('SIGTERM', async () => {
  await io.close();
  await Promise.all([pubClient.close(), subClient.close()]);
});
