import { createServer } from 'node:http';
import express from 'express';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000 } = process.env;

const app = express();
const http = createServer(app);
const io = new Server(http, { adapter: createAdapter(REDIS_URL) });
io.on('connection', (socket) => {
  socket.on('message', (text) => io.emit('message', text));
});
app.post('/messages', express.text(), (request, response) => {
  io.emit('message', request.body);
  response.sendStatus(204);
});
await io.of('/').adapter.ready;
http.listen(PORT, () => console.log(`listening on port ${PORT}`));

// closes the HTTP server as well
process.once('SIGTERM', () => io.close());
