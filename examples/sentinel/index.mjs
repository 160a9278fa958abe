import { createSentinel } from 'redis';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { SENTINELS = 'localhost:26379,localhost:26380', MASTER = 'mymaster', PORT = 3000 } = process.env;

const sentinelRootNodes = SENTINELS.split(',').map((address) => {
  const [host, port] = address.split(':');
  return { host, port: Number(port) };
});
const pubClient = createSentinel({ name: MASTER, sentinelRootNodes });
const subClient = pubClient.duplicate();
await Promise.all([pubClient, subClient].map((client) => client.on('error', console.error).connect()));

const io = new Server(Number(PORT), { adapter: createAdapter(pubClient, subClient) });
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
await io.of('/').adapter.ready;
console.log(`listening on port ${PORT}`);

process.once('SIGTERM', async () => {
  await io.close();
  await Promise.all([pubClient.close(), subClient.close()]);
});
