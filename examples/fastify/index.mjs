import fastify from 'fastify';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000 } = process.env;

const app = fastify({ forceCloseConnections: true });
const io = new Server(app.server, { adapter: createAdapter(REDIS_URL) });
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
app.post('/messages', (request, reply) => {
  io.emit('message', request.body);
  reply.code(204).send();
});
// Socket.IO's clients first: the HTTP server ends once they are gone
app.addHook('preClose', () => io.close());
await io.of('/').adapter.ready;
await app.listen({ port: Number(PORT) });
console.log(`listening on port ${PORT}`);

process.once('SIGTERM', () => app.close());
