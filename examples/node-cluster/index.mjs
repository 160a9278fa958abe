import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { setupMaster, setupWorker } from '@socket.io/sticky';
import { Server } from 'socket.io';
import { createAdapter } from 'socket.io-redis';

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000, WORKERS = availableParallelism() } = process.env;

if (cluster.isPrimary) await startPrimary();
else await startWorker();

async function startPrimary() {
  // the workers are sent Buffers
  cluster.setupPrimary({ serialization: 'advanced' });
  const http = createServer();
  // all requests of one client go to the same worker
  setupMaster(http, { loadBalancingMethod: 'least-connection' });
  const workers = Array.from({ length: Number(WORKERS) }, () => cluster.fork());
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  http.listen(PORT, () => console.log(`listening on port ${PORT} with ${WORKERS} workers`));
  process.once('SIGTERM', () => {
    http.close();
    for (const worker of workers) worker.process.kill('SIGTERM');
  });
}

async function startWorker() {
  const io = new Server(createServer(), { adapter: createAdapter(REDIS_URL) });
  setupWorker(io);
  io.on('connection', (socket) => {
    socket.on('message', (text) => io.emit('message', `${text} (by worker ${cluster.worker.id})`));
  });
  await io.of('/').adapter.ready;
  process.send('ready');
  process.once('SIGTERM', async () => {
    await io.close();
    process.disconnect();
  });
}
