const { Server } = require('socket.io');
const { createAdapter } = require('socket.io-redis');

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000, NODE_APP_INSTANCE = 0 } = process.env;
const port = Number(PORT) + Number(NODE_APP_INSTANCE);

// a WebSocket is one connection, so it does not matter which process the load balancer gives it to
const io = new Server(port, { adapter: createAdapter(REDIS_URL), transports: ['websocket'] });
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
io.of('/').adapter.ready.then(() => {
  console.log(`instance ${NODE_APP_INSTANCE}: listening on port ${port}`);
  process.send?.('ready');
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await io.close();
    process.disconnect?.();
  });
}
