import { createServer } from 'node:http';
import { Counter, Gauge, register } from 'prom-client';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000 } = process.env;

const http = createServer(async (request, response) => {
  if (request.url !== '/metrics') return response.writeHead(404).end();
  response.setHeader('Content-Type', register.contentType).end(await register.metrics());
});
const io = new Server(http, { adapter: createAdapter(REDIS_URL) });
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
const { adapter } = io.of('/');

for (const [field, help] of [
  ['published', 'Messages handed to Redis'],
  ['unpublished', 'Messages that Redis did not get'],
  ['received', 'Broadcasts of other nodes delivered here'],
]) {
  new Counter({
    name: `socket_io_redis_${field}_total`,
    help,
    collect() {
      this.reset();
      this.inc(adapter.stats()[field]);
    },
  });
}
new Gauge({
  name: 'socket_io_sockets',
  help: 'Sockets connected here',
  collect() {
    this.set(io.of('/').sockets.size);
  },
});

await adapter.ready;
http.listen(PORT, () => console.log(`listening on port ${PORT}`));

process.once('SIGTERM', () => io.close());
