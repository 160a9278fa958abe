const { Server } = require('socket.io');
const { createAdapter } = require('socket.io-redis');

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000 } = process.env;

const io = new Server(Number(PORT), { adapter: createAdapter(REDIS_URL) });
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
io.of('/')
  .adapter.on('error', console.error)
  .ready.then(() => console.log(`listening on port ${PORT}`));

process.once('SIGTERM', () => io.close());
