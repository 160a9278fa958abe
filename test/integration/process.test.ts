import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type RedisServer, startRedis } from '../../tools/redis-server';

const execute = promisify(execFile);
const index = JSON.stringify(join(__dirname, '../../src/index.js'));

/** Runs a script in a process of its own, which has to end by itself. */
async function run(script: string): Promise<string> {
  const { stdout } = await execute(process.execPath, ['-e', script], { timeout: 20_000 });
  return stdout.trim();
}

/** A connection to Redis that is reset as soon as Redis has said that it is ready, while `resets` is greater than 0. */
const RESETTING = `
  let resets = 0;
  const net = require('net');
  const proxy = net.createServer((socket) => {
    const redis = net.connect(PORT, '127.0.0.1');
    socket.pipe(redis).on('error', () => {});
    socket.on('error', () => {}).on('close', () => redis.destroy());
    redis.on('data', (data) => {
      socket.write(data);
      if (resets > 0 && data.includes('redis_version')) socket.resetAndDestroy(resets--);
    });
    redis.on('close', () => socket.destroy());
  });
  const connected = new Promise((resolve) => proxy.listen(0, '127.0.0.1', () => resolve(proxy.address().port)));`;

describe('A process', () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  const servers = {
    'Socket.IO 2': (port: number) => `
      const io = require('socket.io-2')(require('http').createServer());
      io.adapter(require(${index})(${port}));
      const { adapter } = io.of('/');
      const close = async () => { io.close(); await adapter.close(); };`,
    'Socket.IO 4': (port: number) => `
      const { Server } = require('socket.io');
      const io = new Server(require('http').createServer(), { adapter: require(${index})(${port}) });
      const { adapter } = io.of('/');
      const close = () => io.close();`,
  };

  for (const [generation, server] of Object.entries(servers)) {
    it(`with ${generation} stays until the adapter is ready, though nothing listens yet`, async () => {
      assert.equal(await run(`${server(redis.port)} adapter.ready.then(() => console.log('ready'));`), 'ready');
    });

    it(`with ${generation} ends by itself after close(), what was asked is settled`, async () => {
      const script = `${server(redis.port)}
        adapter.customHook = () => {};
        adapter.ready
          .then(() => Promise.all([adapter.customRequest('x').catch((error) => console.log(error.code)), close()]))
          .then(() => console.log('closed'));`;
      assert.equal(await run(script), 'ERR_SOCKET_IO_REDIS_CLOSED\nclosed');
    });

    it(`with ${generation} ends by itself after close() when Redis is away, after one warning`, async () => {
      const script = `${server(1)}
        process.on('warning', ({ code }) => console.log(code));
        adapter.clients().catch((error) => console.log(error.code));
        setTimeout(() => close().then(() => console.log('closed')), 100);`;
      const lines = (await run(script)).split('\n').sort();
      assert.deepEqual(lines, ['ERR_SOCKET_IO_REDIS_CLOSED', 'SOCKET_IO_REDIS_ERROR', 'closed'].sort());
    });
  }

  for (const library of ['redis-2', 'redis-3']) {
    it(`with ${library} goes on when the connection ends just as what has waited for it is sent`, async () => {
      const script = `${RESETTING.replace('PORT', String(redis.port))}
        connected.then((port) => {
          const [pubClient, subClient] = [port, ${redis.port}].map((port) =>
            require('${library}').createClient({ port, retry_strategy: () => 50 }),
          );
          const io = require('socket.io-2')(require('http').createServer());
          io.adapter(require(${index})({ pubClient, subClient }));
          const { adapter } = io.of('/');
          adapter.on('error', () => {});
          const done = () => {
            console.log(resets);
            process.exit();
          };
          adapter.ready.then(() => {
            resets = 2;
            pubClient.once('reconnecting', () => {
              for (const name of ['one', 'two', 'three']) io.emit(name);
              const publish = () => pubClient.publish('last', '', (error) => (error ? publish() : done()));
              publish();
            });
            pubClient.stream.destroy();
          });
        });`;
      assert.equal(await run(script), '0');
    });
  }
});
