import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { REDIS_HOST = 'localhost', REDIS_PORT = 6379, PORT = 3000 } = process.env;
const { REDIS_USER = 'app', REDIS_PASSWORD = 'secret' } = process.env;

const login = { user: REDIS_USER, password: REDIS_PASSWORD };
const io = new Server(Number(PORT), { adapter: createAdapter({ host: REDIS_HOST, port: REDIS_PORT, ...login }) });
// what the ACL forbids is told here
io.of('/').adapter.on('error', console.error);
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
await io.of('/').adapter.ready;
console.log(`listening on port ${PORT}`);

process.once('SIGTERM', () => io.close());
