import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import redisAdapter = require('../../src/index');

import {
  type IoredisClient,
  type IoredisCluster,
  publishWithIoredis,
  subscribeWithIoredis,
} from '../../src/redis/ioredis';
import { publishWithIoredisCluster } from '../../src/redis/ioredis-cluster';
import type { RedisClient } from '../../src/redis/pub-sub';
import { sharePubSub } from '../../src/redis/shared-pub-sub';
import type { RedisCluster } from '../../tools/redis-cluster';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { eventually } from '../support/eventually';
import { startServer } from '../support/fleet';
import { clusters, singles, startOneNodeCluster } from '../support/ioredis-clients';

type Client = IoredisClient & EventEmitter & { quit(): Promise<unknown> };
describe('A reconnect of an ioredis client', () => {
  let single: RedisServer;
  let cluster: RedisCluster;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    single = await startRedis();
    cluster = await startOneNodeCluster();
  });
  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end();
  });
  after(async () => {
    await single.stop();
    await cluster.stop();
  });

  async function start(
    create: (typeof singles)[string],
    to: RedisServer,
    retryStrategy: () => number | null,
  ): Promise<Client> {
    const options = { retryStrategy, clusterRetryStrategy: retryStrategy };
    const client = create({ host: to.host, port: to.port }, options) as Client;
    toEnd.push(() => client.disconnect());
    client.on('error', () => {});
    await once(client, 'ready');
    return client;
  }

  /** A way to the single Redis; while it is closed, connections are let in and shown out again. */
  async function openDoor() {
    let isOpen = true;
    const sockets = new Set<Socket>();
    const listener = createServer((socket) => {
      socket.on('error', () => {});
      if (!isOpen) {
        setTimeout(() => socket.destroy(), 5);
        return;
      }
      sockets.add(socket);
      const server = connect(single.port, single.host);
      socket.pipe(server).pipe(socket);
      server.on('error', () => {});
      socket.on('close', () => server.destroy());
    });
    await once(listener.listen(0), 'listening');
    toEnd.push(() => listener.close());
    return {
      address: { host: '127.0.0.1', port: (listener.address() as AddressInfo).port },
      open() {
        isOpen = true;
      },
      close() {
        isOpen = false;
        for (const socket of sockets) socket.destroy();
      },
    };
  }

  for (const [name, create] of Object.entries({ ...singles, ...clusters })) {
    const server = () => (name in clusters ? (cluster.nodes[0]?.server as RedisServer) : single);
    const drivers = (client: Client) => [publishWithIoredis(client), subscribeWithIoredis(client)];

    it(`takes no attempt away from one that waits for it, with ${name}`, async () => {
      const client = await start(create, server(), () => 300);
      const waits = once(client, 'reconnecting');
      await server().kill();
      await waits;
      for (const driver of drivers(client))
        assert.equal(
          driver.reconnect(() => true),
          undefined,
        );
      assert.equal(client.status, 'reconnecting');
      await server().restart();
      await eventually(() => assert.equal(client.status, 'ready'));
    });

    it(`leaves one alone that its owner has ended, with ${name}`, async () => {
      const client = await start(create, server(), () => 300);
      const ended = once(client, 'end');
      await client.quit();
      await ended;
      for (const driver of drivers(client))
        assert.equal(
          driver.reconnect(() => true),
          undefined,
        );
      assert.equal(client.listenerCount('end'), 0);
    });

    it(`outlives a Redis that does not answer meanwhile, with ${name}`, async () => {
      const client = await start(create, server(), () => null);
      toEnd.push(() => server().thaw());
      server().freeze();
      const reconnecting = publishWithIoredis(client).reconnect(() => true);
      await event(client, 'end');
      // a Cluster gives up, and ends again
      await event(client, name in clusters ? 'end' : 'connect');
      server().thaw();
      await eventually(() => assert.equal(client.status, 'ready'));
      await reconnecting;
    });
  }

  for (const [name, create] of Object.entries(singles)) {
    // nobody watches what ioredis asks for by itself: it would end the process
    it(`does not ask for what was being ended when the connection was lost, with ${name}`, async () => {
      await single.command('ACL', 'SETUSER', 'alice', 'on', '>secret', '&*', '+@all');
      const login = { username: 'alice', password: 'secret' };
      const start = () => create({ host: single.host, port: single.port }, login) as Client;
      const [pubClient, subClient] = [start(), start()];
      toEnd.push(() => [pubClient, subClient].map((client) => client.disconnect()));
      const { pubSub, release } = sharePubSub(pubClient as object as RedisClient, subClient as object as RedisClient);
      toEnd.push(release);
      const listener = () => {};
      await pubSub.subscribe(['kept', 'left'], listener);

      single.freeze();
      toEnd.push(() => single.thaw());
      const left = pubSub.unsubscribe(['left'], listener);
      await turn();
      (subClient.stream as Socket).destroy();
      const back = once(subClient, 'ready');
      single.thaw();
      await single.command('ACL', 'SETUSER', 'alice', 'resetchannels', '&kept');
      await Promise.all([left, back]);
      // it is answered after whatever ioredis has asked for by itself
      await subClient.subscribe('kept');
      await eventually(() => pubSub.isSubscribed('kept', listener));
    });
  }

  for (const [name, create] of Object.entries(singles)) {
    it(`leaves nobody waiting for what it does not send again, with ${name}`, async () => {
      const options = { autoResendUnfulfilledCommands: false };
      const [pubClient, subClient] = [1, 2].map(() => create(single, options) as Client) as [Client, Client];
      toEnd.push(() => [pubClient, subClient].map((client) => client.disconnect()));
      const { pubSub, release } = sharePubSub(pubClient as object as RedisClient, subClient as object as RedisClient);
      toEnd.push(release);
      pubSub.onError(() => {});
      const listener = () => {};
      await pubSub.subscribe(['kept', 'left'], listener);
      await pubSub.publishAnyway('kept', '');

      single.freeze();
      toEnd.push(() => single.thaw());
      const published = pubSub.publishAnyway('kept', Buffer.from('frozen'));
      const left = pubSub.unsubscribe(['left'], listener);
      await turn();
      const back = [pubClient, subClient].map((client) => once(client, 'ready'));
      for (const client of [pubClient, subClient]) (client.stream as Socket).destroy();
      single.thaw();
      await Promise.all([left, ...back]);
      assert.equal(await pubSub.publishAnyway('kept', ''), undefined);
      assert.match(String(await published), /before Redis answered/);
      await pubSub.subscribe(['left'], listener);
    });

    it(`leaves nobody waiting when it is let in and shown out again, with ${name}`, async () => {
      const door = await openDoor();
      const client = create(door.address, { retryStrategy: () => 10 }) as Client;
      toEnd.push(() => client.disconnect());
      client.on('error', () => {});
      await once(client, 'ready');
      const { publish } = publishWithIoredis(client);
      await publish('news', 'of yesterday');
      single.freeze();
      toEnd.push(() => single.thaw());
      const published = Promise.allSettled([publish('news', 'of today')]);
      door.close();
      await event(client, 'reconnecting');
      await event(client, 'reconnecting');
      single.thaw();
      door.open();
      await event(client, 'ready');
      await publish('news', 'of tomorrow');
      await published;
    });
  }

  for (const [name, create] of Object.entries(clusters).filter(([name]) => !/ 4 /.test(name))) {
    // to disconnect, it would wait for one of them to end
    it(`takes no attempt away from the nodes that all wait for it, with ${name}`, async () => {
      const server = cluster.nodes[0]?.server as RedisServer;
      const client = create(server, { clusterNodeRetryStrategy: () => 1000 }) as Client & IoredisCluster;
      toEnd.push(() => client.disconnect());
      client.on('error', () => {});
      await once(client, 'ready');
      const publisher = publishWithIoredisCluster(client);
      await publisher.publish('news', 'of today');
      await server.kill();
      await eventually(() => assert.equal(client.nodes('all')[0]?.status, 'reconnecting'));
      await server.restart();
      for (const driver of [publisher, subscribeWithIoredis(client)])
        assert.equal(
          driver.reconnect(() => true),
          undefined,
        );
      await publisher.publish('news', 'of today');
    });
  }

  for (const [name, create] of Object.entries(singles)) {
    // version 5 takes such a connection for ready once it has given up what it has said on it
    it(`brings back one that has been let in and shown out again, with ${name}`, async () => {
      const door = await openDoor();
      const options = { enableReadyCheck: false, maxRetriesPerRequest: 0, retryStrategy: () => 10 };
      const client = create(door.address, options) as Client;
      toEnd.push(() => client.disconnect());
      client.on('error', () => {});
      await once(client, 'ready');

      door.close();
      let attempts = 0;
      client.on('reconnecting', () => {
        attempts += 1;
      });
      await eventually(() => assert.ok(attempts > 10 || (client.status === 'ready' && client.stream?.closed)));
      door.open();
      const { publish, reconnect } = publishWithIoredis(client);
      await reconnect(() => true);
      await publish('news', 'of today');
    });
  }

  it('is counted by the watchdog just when there is one: not while the publisher waits for its next attempt', async () => {
    const pubClient = await start(singles['ioredis 6'] as (typeof singles)[string], single, () => 3000);
    const subClient = await start(singles['ioredis 6'] as (typeof singles)[string], single, () => 300);
    const [pub, sub] = [pubClient, subClient] as unknown as [RedisClient, RedisClient];
    const watchdog = { interval: 200, patience: 200 };
    const node = await startServer(4, redisAdapter({ pubClient: pub, subClient: sub, watchdog }));
    toEnd.push(() => node.close());
    node.adapter.on('error', () => {});
    let connections = 0;
    subClient.on('connect', () => {
      connections += 1;
    });
    const restored = once(node.adapter as unknown as EventEmitter, 'restored');
    await single.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await restored;
    assert.equal(pubClient.status, 'ready');
    assert.equal(node.adapter.stats().reconnects, connections);
  });
});

/** Like `once()` of Node.js, but errors may come meanwhile. */
function event(client: Client, name: string): Promise<unknown> {
  return new Promise((resolve) => client.once(name, resolve));
}
