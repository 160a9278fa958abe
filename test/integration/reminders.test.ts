import assert from 'node:assert/strict';
import { EventEmitter, on, once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';

import { Redis } from 'ioredis';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { SilencingProxy } from '../faults/support/proxy';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { adapter4, io4, type ServerNode, startServer } from '../support/fleet';
import { type ClientKind, clientKinds, shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

interface Member extends ServerNode {
  /** Between its subscriber and Redis. */
  proxy: SilencingProxy;
}

const isOneOf = (names: string[]) => (kind: ClientKind) => names.includes(kind.name);
const WIRES = [
  [false, clientKinds.filter(isOneOf(['ioredis 6', 'redis 6', 'redis 3']))],
  [true, shardedKinds.filter(isOneOf(['ioredis 6', 'redis 6']))],
] as const;

describe('A server without a connection for a moment', () => {
  let redis: RedisServer;
  const ends: (() => unknown)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  after(() => redis.stop());

  /** @returns servers that know each other, with a client each */
  async function start(kind: ClientKind, sharded: boolean): Promise<[Member, Member]> {
    const one = async (): Promise<Member> => {
      const proxy = await SilencingProxy.start(redis);
      const publishing = await kind.create(targetOf(redis));
      const subscribing = await kind.create({ nodes: [proxy] });
      ends.push(() => proxy.close(), publishing.close, subscribing.close);
      const [{ pubClient }, { subClient }] = [publishing, subscribing];
      const adapter = sharded
        ? redisAdapter.createShardedAdapter(pubClient, subClient, { requestsTimeout: 20_000 })
        : redisAdapter({ pubClient, subClient, requestsTimeout: 20_000 });
      const node = await startServer(4, adapter);
      ends.push(() => node.close());
      node.adapter.on('error', () => {});
      await node.connect();
      return Object.assign(node, { proxy });
    };
    const [asking, asked] = [await one(), await one()];
    await eventually(async () => assert.equal((await asking.adapter.clients()).length, 2));
    return [asking, asked];
  }

  const hears = async ({ adapter }: Member) =>
    (await channelsOn([redis])).some((channel) => channel.endsWith(`${adapter.uid}#`));

  async function deafen(...members: Member[]): Promise<void> {
    for (const { proxy } of members) {
      proxy.hold();
      proxy.cut();
    }
    for (const member of members) await eventually(async () => !(await hears(member)));
  }

  for (const [sharded, kinds] of WIRES) {
    for (const kind of kinds) {
      const title = `${kind.name}${sharded ? ', sharded' : ''}`;

      it(`is asked again, with ${title}`, async () => {
        const [asking, asked] = await start(kind, sharded);
        await deafen(asking, asked);
        asking.proxy.release();
        await eventually(() => hears(asking));
        const ids = asking.adapter.clients();
        const sockets = adapter4(asking).fetchSockets({ rooms: new Set() });
        // both have been sent, and nobody but the one that asks has heard them
        assert.equal((await asking.adapter.customRequest('x')).length, 1);
        asked.proxy.release();
        assert.deepEqual([(await ids).length, (await sockets).length], [2, 2]);
      });

      it(`gets the answers that it has missed, with ${title}`, async () => {
        const [asking, asked] = await start(kind, sharded);
        await deafen(asking);
        const answers = await answersTo(asking);
        const ids = asking.adapter.clients();
        await answers.next();
        asking.proxy.release();
        assert.equal((await ids).length, 2);
        assert.equal(asked.adapter.stats().repeated, 0);
      });
    }
  }

  /** What is sent to a server, as somebody else on its channel hears it. */
  async function answersTo({ adapter }: Member): Promise<AsyncIterator<unknown>> {
    const onlooker = new Redis(redis.url);
    ends.push(() => onlooker.disconnect());
    await onlooker.subscribe(`socket.io-response#/#${adapter.uid}#`);
    await onlooker.ssubscribe(`socket.io#/#${adapter.uid}#`);
    const answers = new EventEmitter();
    for (const event of ['message', 'smessage']) onlooker.on(event, (_channel, text) => answers.emit('answer', text));
    return on(answers, 'answer');
  }

  it('answers once more when its answer has got lost on the way to Redis', async () => {
    const proxy = await SilencingProxy.start(redis);
    const pubClient = new Redis({ port: proxy.port, enableOfflineQueue: false });
    const subClient = new Redis(redis.url);
    ends.push(
      () => proxy.close(),
      () => pubClient.disconnect(),
      () => subClient.disconnect(),
    );
    await once(pubClient, 'ready');
    const settings = { requestsTimeout: 20_000 };
    const [asking, asked] = [
      await startServer(4, redisAdapter(redis.url, settings)),
      await startServer(4, redisAdapter({ pubClient, subClient, ...settings })),
    ];
    for (const node of [asking, asked]) {
      ends.push(() => node.close());
      node.adapter.on('error', () => {});
      await node.connect();
    }
    assert.equal((await asking.adapter.clients()).length, 2);
    const { unpublished } = asked.adapter.stats();
    proxy.hold();
    proxy.cut();
    await once(pubClient, 'close');
    const ids = asking.adapter.clients();
    await eventually(() => asked.adapter.stats().unpublished > unpublished);
    proxy.release();
    assert.equal((await ids).length, 2);
  });

  it('that was counted, but came too late to hear a request, is told of it', async () => {
    const node = await startServer(4, redisAdapter(redis.url, { requestsTimeout: 20_000 }));
    ends.push(() => node.close());
    const [late, publisher] = [new Redis(redis.url), new Redis(redis.url)];
    ends.push(
      () => late.disconnect(),
      () => publisher.disconnect(),
    );
    const own = 'socket.io-response#/#abcdef~#';
    await late.subscribe('socket.io-request#/#', 'socket.io-response#/#', own);
    const heard = on(late, 'message');
    const next = async () => {
      const [channel, text] = (await heard.next()).value;
      return { channel, message: JSON.parse(text) };
    };
    const answers = io4(node).serverSideEmitWithAck('who is there?');
    const { requestId } = (await next()).message;
    const sender = { uid: 'abcdef~', link: 'abcdef' };
    await publisher.publish('socket.io-request#/#', JSON.stringify({ type: 'hello', ...sender }));
    const messages = [await next(), await next(), await next()];
    const reminders = messages.filter(({ message: { type } }) => type === 'reminder');
    assert.deepEqual(
      reminders.map(({ channel, message: { anew, request } }) => [channel, anew, request.requestId, request.data]),
      [[own, false, requestId, ['who is there?']]],
    );
    const answer = { requestId, type: 6, data: 'late', ...sender };
    await publisher.publish(`socket.io-response#/#${node.adapter.uid}#`, JSON.stringify(answer));
    assert.deepEqual(await answers, ['late']);
  });
});
