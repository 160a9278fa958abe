import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import * as redis2 from 'redis-2';
import * as redis3 from 'redis-3';
import type { SubscriberEvents } from '../../src/redis/driver';
import { type NodeRedis3Client, publishWithNodeRedis3, subscribeWithNodeRedis3 } from '../../src/redis/node-redis-3';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';

type Client = NodeRedis3Client & redis3.RedisClient;

const libraries: Record<string, (options: object) => Client> = {
  'redis 2.8': (options) => redis2.createClient(options) as unknown as Client,
  'redis 3': (options) => redis3.createClient(options) as unknown as Client,
};

// an error that nobody catches would end the process, and so fails the test
describe('A client of redis 2.8 or 3 goes on', () => {
  let redis: RedisServer;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedis({ password: 'secret' });
  });
  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end();
  });
  after(() => redis.stop());

  async function start(create: (typeof libraries)[string], options: object = {}): Promise<Client> {
    const client = create({ port: redis.port, password: 'secret', ...options });
    client.on('error', () => {});
    toEnd.push(() => client.end(true));
    await once(client, 'ready');
    return client;
  }

  for (const [name, create] of Object.entries(libraries)) {
    it(`with each message that Redis has not answered when the connection ends, and that is sent again, with ${name}`, async () => {
      const client = await start(create, { retry_unfulfilled_commands: true });
      const { publish } = publishWithNodeRedis3(client);
      redis.freeze();
      toEnd.push(() => redis.thaw());
      const published = ['one', 'two', 'three'].map((text) => publish('news', text));
      client.stream.destroy();
      redis.thaw();
      await Promise.all(published);
    });

    it(`when much is published while it has no queue and Redis hangs, with ${name}`, async () => {
      const client = await start(create, { enable_offline_queue: false, retry_strategy: () => 10 });
      const { publish } = publishWithNodeRedis3(client);
      redis.freeze();
      toEnd.push(() => redis.thaw());
      const connected = once(client, 'connect');
      client.stream.destroy();
      await connected;
      const published = Array.from({ length: 20_000 }, () => publish('news', 'of today'));
      const ready = once(client, 'ready');
      redis.thaw();
      const outcomes = await Promise.allSettled(published);
      assert.ok(outcomes.every(({ status }) => status === 'rejected'));
      await ready;
      await publish('news', 'of today');
    });

    it(`when the connection ends within the answers to a SUBSCRIBE, with ${name}`, async () => {
      const proxy = createServer((socket) => {
        const server = connect(redis.port, redis.host);
        socket.pipe(server).on('error', () => {});
        socket.on('error', () => {}).on('close', () => server.destroy());
        server.on('data', (data) => {
          const isCut = data.includes('subscribe') && proxy.emit('cut');
          if (isCut) socket.end(data.subarray(0, data.length / 2));
          else socket.write(data);
        });
      });
      await once(proxy.listen(0), 'listening');
      toEnd.push(() => proxy.close());
      const { port } = proxy.address() as AddressInfo;
      const client = await start(create, { port, disable_resubscribing: true });
      const { channels, listen } = subscribeWithNodeRedis3(client);
      const heard = new Set<string>();
      const events: Partial<SubscriberEvents> = { message: (channel) => heard.add(channel), ready: () => {} };
      toEnd.push(listen(events as SubscriberEvents));
      const names = Array.from({ length: 10 }, (_, i) => `news ${i}`);
      const cut = once(proxy, 'cut');
      const ready = once(client, 'ready');
      await assert.rejects(channels.subscribe(names));
      await Promise.all([cut, ready]);
      await channels.subscribe(names);
      for (const channel of names) await redis.command('PUBLISH', channel, '');
      await eventually(() => assert.equal(heard.size, names.length));
    });

    it(`when Redis has refused for a while to say that it is ready, with ${name}`, async () => {
      const client = await start(create);
      const { publish } = publishWithNodeRedis3(client);
      toEnd.push(() => redis.command('ACL', 'SETUSER', 'default', '+info'));
      await redis.command('ACL', 'SETUSER', 'default', '-info');
      const refused = new Promise<Error>((resolve) => client.once('error', resolve));
      client.stream.destroy();
      assert.match((await refused).message, /Ready check failed/);
      await redis.command('ACL', 'SETUSER', 'default', '+info');
      await publish('news', 'of today');
    });
  }
});
