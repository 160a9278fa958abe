import { readFile } from 'node:fs/promises';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { REDIS_URL = 'rediss://localhost:6379', REDIS_CA, PORT = 3000 } = process.env;

// without a file, the authorities that Node.js knows are trusted
const tls = REDIS_CA ? { ca: await readFile(REDIS_CA) } : true;
const io = new Server(Number(PORT), { adapter: createAdapter(REDIS_URL, { tls }) });
// a certificate that is not trusted is told here
io.of('/').adapter.on('error', console.error);
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
await io.of('/').adapter.ready;
console.log(`listening on port ${PORT}`);

process.once('SIGTERM', () => io.close());
