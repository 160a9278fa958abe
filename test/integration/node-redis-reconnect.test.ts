import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { SubscriberEvents } from '../../src/redis/driver';
import { type NodeRedisSubscriber, subscribeWithNodeRedis } from '../../src/redis/node-redis';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { type RedisSentinel, startRedisSentinel } from '../../tools/redis-sentinel';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { SilencingProxy } from '../faults/support/proxy';
import { eventually } from '../support/eventually';
import { type ClientKind, type ClientPair, clientKinds } from '../support/redis-clients';
import { type Target, targetOf } from '../support/redis-target';

const wanted = () => true;

describe('A client that is made to connect anew hears again', () => {
  const pairs: ClientPair[] = [];
  afterEach(() => Promise.all(pairs.splice(0).map((pair) => pair.close())));

  /** What is heard on a channel, by a subscriber of its own. */
  async function listen({ create }: Pick<ClientKind, 'create'>, target: Target) {
    const pair = await create(target);
    pairs.push(pair);
    const subscriber = subscribeWithNodeRedis(pair.subClient as unknown as NodeRedisSubscriber);
    const heard = new Set<string>();
    const events: Partial<SubscriberEvents> = {
      message: (_channel, payload) => heard.add(payload.toString()),
      ready: () => {},
      shaken: () => {},
      unsettled: () => {},
    };
    const stop = subscriber.listen(events as SubscriberEvents);
    const hears = async () => {
      await subscriber.channels.subscribe(['news']);
      const { pubClient } = pair as unknown as {
        pubClient: { publish(channel: string, text: string): Promise<unknown> };
      };
      await eventually(async () => {
        await pubClient.publish('news', 'of today');
        assert.ok(heard.delete('of today'));
      });
    };
    await hears();
    return { ...pair, subscriber, hears, stop };
  }

  describe('of one server', () => {
    let redis: RedisServer;
    before(async () => {
      redis = await startRedis();
    });
    after(() => redis?.stop());

    for (const kind of clientKinds.filter(({ name }) => /^redis [456]$/.test(name))) {
      // it would go on with what it was doing, beside the new connection, and hear all twice
      it(`once, though it was just making a connection, with ${kind.name}`, async (t) => {
        const proxy = await SilencingProxy.start(redis);
        t.after(() => proxy.close());
        const target = { nodes: [{ host: proxy.host, port: proxy.port }] } as const;
        const { subClient, subscriber, hears, stop } = await listen(kind, target);
        proxy.hold();
        const connects = new Promise<void>((resolve) => subClient.once('connect', resolve));
        await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await connects;
        const reconnecting = subscriber.reconnect(wanted);
        // until what it was doing would have gone on
        await delay(4000);
        proxy.release();
        await reconnecting;
        await hears();
        await eventually(() => assert.equal(proxy.size, 2));
        stop();
      });
    }
  });

  describe('of a Cluster', () => {
    let cluster: RedisCluster;
    before(async () => {
      cluster = await startRedisCluster({ replicasPerMaster: 0 });
    });
    after(() => cluster?.stop());

    for (const kind of clientKinds.filter(({ name }) => /^redis \d Cluster$/.test(name))) {
      // as when its `reconnectStrategy` gives up; the Cluster of redis 5 cannot be ended then, in the usual way
      it(`after the connection to a node has ended for good, with ${kind.name}`, async () => {
        const { subClient, subscriber, hears, stop } = await listen(kind, targetOf(cluster));
        const { masters, nodeClient } = subClient as unknown as EndableCluster;
        const connections = await Promise.all(masters.map((node) => nodeClient.call(subClient, node)));
        await end(connections[1]);
        await subscriber.reconnect(wanted);
        await hears();
        stop();
      });
    }
  });

  describe('of a Cluster that still names a master that has failed', () => {
    let cluster: RedisCluster;
    before(async () => {
      cluster = await startRedisCluster();
    });
    after(() => cluster?.stop());

    // it waits until it is connected to every master that it knows of
    it('once another has taken its place, with redis 6 Cluster', async () => {
      const kind = clientKinds.find(({ name }) => name === 'redis 6 Cluster') as ClientKind;
      const { subscriber, hears, stop } = await listen(kind, targetOf(cluster));
      await cluster.masters[0]?.server.kill();
      await subscriber.reconnect(wanted);
      assert.ok(subscriber.isReady());
      await hears();
      stop();
    });
  });

  describe('of a Sentinel', () => {
    let redis: RedisSentinel;
    beforeEach(async () => {
      redis = await startRedisSentinel();
    });
    afterEach(() => redis?.stop());

    for (const kind of clientKinds.filter(({ name }) => /^redis \d Sentinel$/.test(name))) {
      // it is not ended before it has looked up who is the master
      it(`though Sentinels say nothing for as long, with ${kind.name}`, async () => {
        const { subscriber, hears, stop, ...pair } = await listen(kind, targetOf(redis));
        const subClient = pair.subClient as unknown as NodeRedisSentinel;
        for (const sentinel of redis.sentinels) sentinel.freeze();
        await redis.master.kill();
        const looksUp = subClient.sendCommand(false, ['PING']).catch(() => undefined);
        // until it asks the Sentinels
        await delay(200);
        const reconnecting = subscriber.reconnect(wanted);
        // longer than the connections are waited for, as a rule
        await delay(1000);
        for (const sentinel of redis.sentinels) sentinel.thaw();
        await redis.master.restart();
        await Promise.all([looksUp, reconnecting]);
        assert.ok(subClient.isOpen);
        await hears();
        stop();
      });

      // that of redis 5 stays open all the same, and refuses to connect
      it(`though it gives up once, with ${kind.name}`, async () => {
        const impatient = sentinelsOf(kind, { maxCommandRediscovers: 1 });
        const { subClient, subscriber, hears, stop } = await listen(impatient, targetOf(redis));
        const servers = [...redis.sentinels, redis.master];
        await Promise.all(servers.map((server) => server.kill()));
        const givesUp = refusal(subClient as unknown as NodeRedisSentinel);
        const reconnecting = subscriber.reconnect(wanted);
        await givesUp;
        await Promise.all(servers.map((server) => server.restart()));
        await reconnecting;
        assert.ok(subscriber.isReady());
        await hears();
        stop();
      });

      // the one that it reserved before is not given back by redis 5
      it(`though it reserves a connection, with ${kind.name}`, async () => {
        const reserving = sentinelsOf(kind, { reserveClient: true });
        const { subscriber, hears, stop } = await listen(reserving, targetOf(redis));
        await subscriber.reconnect(wanted);
        await hears();
        stop();
      });
    }
  });
});

interface EndableCluster {
  readonly masters: readonly object[];
  nodeClient(node: object): Promise<Endable>;
}

interface Endable {
  destroy?(): unknown;
  disconnect?(): unknown;
}

interface NodeRedisSentinel {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  sendCommand(isReadonly: boolean, args: string[]): Promise<unknown>;
}

/** Sentinels with options of their own. */
function sentinelsOf({ library }: ClientKind, options: object): Pick<ClientKind, 'create'> {
  return {
    async create({ nodes, name = '' }) {
      const { createSentinel } = (await import(library)) as typeof import('redis');
      const make = () => createSentinel({ name, sentinelRootNodes: [...nodes], ...options });
      const [pubClient, subClient] = [make(), make()];
      const both = [pubClient, subClient];
      await Promise.all(both.map((client) => client.on('error', () => {}).connect()));
      return {
        pubClient,
        subClient,
        close: async () => {
          await Promise.all(both.map((client) => client.destroy()));
        },
      };
    },
  };
}

/** @returns once it could not connect */
function refusal(sentinel: NodeRedisSentinel): Promise<void> {
  const { connect } = sentinel;
  return new Promise((resolve) => {
    sentinel.connect = async () => {
      try {
        return await connect.call(sentinel);
      } catch (error) {
        resolve();
        throw error;
      }
    };
  });
}

async function end(connection: Endable | undefined): Promise<void> {
  await (connection?.destroy ?? connection?.disconnect)?.call(connection);
}
