import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000, DRAIN_MS = 5000 } = process.env;

let leaving = false;
const http = createServer((request, response) => {
  if (request.url !== '/health') return response.writeHead(404).end();
  response.writeHead(!leaving && pubClient.isReady && subClient.isReady ? 200 : 503).end();
});
const pubClient = createClient({ url: REDIS_URL });
const subClient = pubClient.duplicate();
await Promise.all([pubClient, subClient].map((client) => client.on('error', console.error).connect()));

const io = new Server(http, { adapter: createAdapter(pubClient, subClient) });
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
await io.of('/').adapter.ready;
http.listen(PORT, () => console.log(`listening on port ${PORT}`));

process.once('SIGTERM', async () => {
  // the load balancer sees it, and sends no new clients
  leaving = true;
  await delay(Number(DRAIN_MS));
  // disconnects the clients, which connect to another server; tells the other nodes; closes the HTTP server
  await io.close();
  // what is written still goes out
  await Promise.all([pubClient.close(), subClient.close()]);
});
