import { createCluster } from 'redis';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

// any node of the Cluster, or several
const { REDIS_NODES = 'localhost:7000,localhost:7001', PORT = 3000 } = process.env;

const rootNodes = REDIS_NODES.split(',').map((address) => ({ url: `redis://${address}` }));
// after a failover, look for the new master every second
const pubClient = createCluster({ rootNodes, topologyRefreshOnReconnectionAttemptStrategy: 1000 });
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
