import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createAdapter } from '@socket.io/redis-adapter';

import publishedAdapter = require('socket.io-redis-5');
import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { channelsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { type Client, type ServerNode, startServer } from '../support/fleet';
import { type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { inspect, namespaceOf, sharesOf, whileWatching } from './command';

const redis6 = clientKinds.find(({ name }) => name === 'redis 6') as (typeof clientKinds)[number];

describe('inspect, beside servers of this package and published ones', () => {
  let redis: RedisServer;
  let pair: ClientPair;
  /** On Socket.IO 2, Socket.IO 4, 8.3.0 and 5.3.0. */
  let nodes: ServerNode[];
  let clients: Client[];
  let uids: string[];

  before(async () => {
    redis = await startRedis();
    const { host, port } = redis;
    pair = await redis6.create(targetOf(redis));
    const factories = [redisAdapter({ host, port }), redisAdapter({ host, port, subscriptionMode: 'dynamic' })];
    uids = factories.map(({ uid }) => uid);
    nodes = await Promise.all([
      startServer(2, factories[0]),
      startServer(4, factories[1]),
      startServer(4, createAdapter(pair.pubClient, pair.subClient)),
      startServer(2, publishedAdapter({ host, port })),
    ]);
    clients = await Promise.all(nodes.map((node) => node.connect()));
    const [first, second, third] = clients;
    // published adapters do not tell when they hear
    await eventually(async () => assert.equal((await nodes[0]?.adapter.clients())?.length, 4));
    for (const client of [first, second, third]) await nodes[0]?.adapter.remoteJoin(client?.id ?? '', 'lobby');
    await nodes[0]?.adapter.remoteJoin(second?.id ?? '', 'arena');
    nodes[1]?.io.of('/chat');
    await nodes[1]?.adapterOf('/chat').ready;
  });
  after(async () => {
    const [, , , { adapter }] = nodes as [ServerNode, ServerNode, ServerNode, ServerNode];
    const { pubClient, subClient } = adapter as unknown as Record<string, { end(flush: boolean): void }>;
    await Promise.all(nodes.map((node) => node.close()));
    pubClient?.end(false);
    subClient?.end(false);
    // published ones do not wait for Redis
    await eventually(async () => assert.deepEqual(await channelsOn([redis]), []));
    await pair.close();
    await redis.stop();
  });

  it('says which nodes there are, what they run, and which sockets and rooms they have', async () => {
    const report = await inspect(redis.url);
    assert.deepEqual(
      report.namespaces.map(({ name, pubSub, connections }) => [name, pubSub, connections]),
      [
        ['/', 'classic', 4],
        ['/chat', 'classic', 1],
      ],
    );
    const root = namespaceOf(report, '/');
    assert.deepEqual(sharesOf(root?.nodes), [
      ['published 5.x', 1, []],
      ['published 6.x to 8.x', 1, ['lobby']],
      ['socket.io-redis 7', 1, ['arena', 'lobby']],
      ['socket.io-redis 7', 1, ['lobby']],
    ]);
    const named = (name: string) => namespaceOf(report, name)?.nodes.flatMap(({ uid }) => uid ?? []);
    assert.deepEqual(named('/'), [...uids].sort());
    assert.deepEqual(named('/chat'), [uids[1]]);
    assert.deepEqual(report.unseen, []);
  });

  it('counts the rooms that a node in the mode dynamic has subscribed to', async () => {
    // arena, lobby, and the socket's own
    assert.equal(namespaceOf(await inspect(redis.url), '/')?.roomChannels, 3);
  });

  it('asks nothing when it is passive', async () => {
    const published = () => nodes.slice(0, 2).map((node) => node.adapter.stats().published);
    const before = published();
    const root = namespaceOf(await inspect(redis.url, '--passive'), '/');
    assert.deepEqual(published(), before);
    assert.deepEqual(sharesOf(root?.nodes), [
      ['published 7.1 to 8.x', null, null],
      ['published', null, null],
      ['socket.io-redis 7', null, null],
      ['socket.io-redis 7', null, null],
    ]);
  });

  it('counts the messages on each channel, without its own', async () => {
    const emitting = setInterval(() => nodes[0]?.io.to('lobby').emit('tick'), 5);
    await whileWatching(redis.url, [], async (until) => {
      const { traffic } = await until((report) => report.traffic.length > 0);
      const channels = traffic.map(({ channel }) => channel);
      assert.deepEqual(channels, ['socket.io#/#lobby#']);
      assert.ok((traffic[0]?.messagesPerSecond ?? 0) > 0);
    }).finally(() => clearInterval(emitting));
  });
});
