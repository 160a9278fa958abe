import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { type IoredisClient, subscribeWithIoredis } from '../../src/redis/ioredis';
import { publishInOrder } from '../../src/redis/ioredis-publish';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { singles } from '../support/ioredis-clients';

type Client = IoredisClient & EventEmitter;

describe('An ioredis client with commandTimeout', () => {
  let redis: RedisServer;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(() => {
    redis.thaw();
    for (const end of toEnd.splice(0)) end();
  });
  after(() => redis.stop());

  for (const [name, create] of Object.entries(singles)) {
    async function connect() {
      const client = create({ host: redis.host, port: redis.port }, { commandTimeout: 100 }) as Client;
      toEnd.push(() => client.disconnect());
      await once(client, 'ready');
      return client;
    }

    /** What it gives up comes after ours. */
    async function waitForTimeout(client: Client): Promise<void> {
      await assert.rejects(client.call('PING'), /timed out/);
    }

    it(`does not give up what is published to a Redis that hangs, and so counts what waits, with ${name}`, async () => {
      const client = await connect();
      const publish = publishInOrder(client);
      redis.freeze();
      const answers = Promise.all([publish('channel', 'text'), publish('channel', Buffer.from('bytes'))]);
      await Promise.race([answers, waitForTimeout(client)]);
      redis.thaw();
      assert.deepEqual(await answers, [0, 0]);
    });

    it(`does not ask again and again for what is subscribed to, with ${name}`, async () => {
      const client = await connect();
      const other = await connect();
      redis.freeze();
      const answer = subscribeWithIoredis(client).channels.subscribe(['channel']);
      await Promise.race([answer, waitForTimeout(other)]);
      redis.thaw();
      await answer;
    });
  }
});
