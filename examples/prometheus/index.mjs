import { subscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import { Counter, Gauge, Histogram, register } from 'prom-client';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000 } = process.env;

count('published', 'Messages handed to Redis');
count('lost', 'Messages that could not be sent');
count('received', 'Broadcasts of other nodes delivered here');
count('degraded', 'Outages of Redis');
const requests = new Histogram({
  name: 'socket_io_redis_request_seconds',
  help: 'Queries of all nodes',
  labelNames: ['nsp', 'type', 'outcome'],
});
subscribe('socket.io-redis:request', ({ nsp, type, outcome, duration }) => {
  requests.observe({ nsp, type, outcome }, duration / 1000);
});

const http = createServer(async (request, response) => {
  if (request.url !== '/metrics') return response.writeHead(404).end();
  response.setHeader('Content-Type', register.contentType).end(await register.metrics());
});
const io = new Server(http, { adapter: createAdapter(REDIS_URL) });
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
  socket.on('who', async (answer) => answer(await io.of('/').adapter.countSockets()));
});
new Gauge({
  name: 'socket_io_sockets',
  help: 'Sockets connected here',
  collect() {
    this.set(io.of('/').sockets.size);
  },
});
await io.of('/').adapter.ready;
http.listen(PORT, () => console.log(`listening on port ${PORT}`));

process.once('SIGTERM', () => io.close());

function count(event, help) {
  const counter = new Counter({ name: `socket_io_redis_${event}_total`, help, labelNames: ['nsp'] });
  subscribe(`socket.io-redis:${event}`, ({ nsp }) => counter.inc({ nsp }));
}
