import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import * as ioredis6 from 'ioredis';
import * as ioredis4 from 'ioredis-4';
import * as ioredis5 from 'ioredis-5';
import type { IoredisClient } from '../../src/redis/ioredis';
import { publishInOrder } from '../../src/redis/ioredis-publish';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';

type Client = IoredisClient & EventEmitter;

interface Library {
  Command: { prototype: { toWritable(connection: object): string | Buffer } };
  create(options: object): object;
}

const libraries: Record<number, Library> = {
  // its types leave the method out
  4: { Command: ioredis4.Command as unknown as Library['Command'], create: (options) => new ioredis4.default(options) },
  5: { Command: ioredis5.Command, create: (options) => new ioredis5.Redis(options) },
  6: { Command: ioredis6.Command, create: (options) => new ioredis6.Redis(options) },
};

/** Channels and payloads in turn, so that what is kept of one channel must not be taken for another's. */
const MESSAGES: [string, Buffer][] = [
  ['plain', Buffer.from('text')],
  ['plain', Buffer.from([0, 0xff, 0x0d, 0x0a, 0x80])],
  ['größer 🚪', Buffer.from('ä')],
  ['größer 🚪', Buffer.alloc(0)],
  ['plain', Buffer.alloc(100_000, '\r\n')],
  ['', Buffer.from('to a channel without a name')],
];

describe('What is published through ioredis', () => {
  let redis: RedisServer;

  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  for (const [version, { Command, create }] of Object.entries(libraries)) {
    for (const enableAutoPipelining of [false, true]) {
      const pipelined = enableAutoPipelining ? ', pipelined' : '';
      it(`arrives as it was sent, and is written by us, on ioredis ${version}${pipelined}`, async (t) => {
        const { host, port } = redis;
        const pubClient = create({ host, port, enableAutoPipelining }) as Client;
        const subClient = create({ host, port }) as Client;
        t.after(() => [pubClient, subClient].map((client) => client.disconnect()));
        await Promise.all([pubClient, subClient].map((client) => once(client, 'ready')));
        const received: [string, Buffer][] = [];
        subClient.on('messageBuffer', (channel: Buffer, payload: Buffer) => {
          received.push([channel.toString(), payload]);
        });
        await subClient.subscribe(...new Set(MESSAGES.map(([channel]) => channel)));

        const itsOwn = t.mock.method(Command.prototype, 'toWritable');
        const publish = publishInOrder(pubClient);
        await Promise.all(MESSAGES.map(([channel, payload]) => publish(channel, payload)));
        await eventually(() => assert.deepEqual(received, MESSAGES));
        assert.equal(itsOwn.mock.callCount(), 0, 'ioredis has written a command itself');
      });
    }
  }
});
