import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import type { SubscriberEvents } from '../../src/redis/driver';
import type { IoredisCluster } from '../../src/redis/ioredis';
import { subscribeShardedWithIoredis } from '../../src/redis/ioredis-sharded';
import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { moveSlot } from '../../tools/redis-cluster-slots';
import { eventually } from '../support/eventually';
import { startServer } from '../support/fleet';
import { type ClientKind, clientKinds, shardedKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

/** What of a Cluster client says how far the connections are that sharded messages come on; private. */
interface WithGroup {
  readonly shardedSubscribers: {
    readonly shardedSubscribers: ReadonlyMap<string, { getInstance(): { status: string } | null }>;
  };
}

type Client = IoredisCluster & EventEmitter & WithGroup;

const calculateSlot: (key: string) => number = require('cluster-key-slot');

const isIoredisCluster = ({ library, topology }: ClientKind) => /^ioredis/.test(library) && topology === 'cluster';

// a promise that is rejected, or an error, that nobody listens to would end the process, and so fails the test
describe('When connections of an ioredis Cluster end, the process does not, and messages come again', () => {
  let cluster: RedisCluster;
  const toEnd: (() => unknown)[] = [];

  before(async () => {
    cluster = await startRedisCluster({ masters: 2, replicasPerMaster: 0 });
  });
  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end();
  });
  after(() => cluster.stop());

  const onAll = (...command: string[]) => Promise.all(cluster.nodes.map(({ server }) => server.command(...command)));

  // the others do not connect again by themselves
  it('where the user may not subscribe for a while, with ioredis 4 Cluster', async () => {
    await onAll('ACL', 'SETUSER', 'alice', 'on', '>secret', '~*', '&*', '+@all');
    const kind = clientKinds.find(({ name }) => name === 'ioredis 4 Cluster') as ClientKind;
    const pair = await kind.create(targetOf(cluster, { username: 'alice', password: 'secret' }));
    toEnd.push(() => pair.close());
    const { pubClient, subClient } = pair;
    const node = await startServer(4, redisAdapter({ pubClient, subClient, watchdog: false }));
    toEnd.push(() => node.close());
    const patterns = async () => (await onAll('PUBSUB', 'NUMPAT')).map(Number).reduce((sum, count) => sum + count);
    await eventually(async () => assert.equal(await patterns(), 1));

    const refused: string[] = [];
    node.adapter.on('error', ({ message }: Error) => refused.push(message));
    // which ends the connections of those who have subscribed
    await onAll('ACL', 'SETUSER', 'alice', 'resetchannels');
    await eventually(() => assert.match(refused.join(), /permit PSUBSCRIBE/));
    await onAll('ACL', 'SETUSER', 'alice', 'allchannels');
    await eventually(async () => assert.equal(await patterns(), 1));
  });

  /** A Cluster client that hears channels, and what subscribes to them once more. */
  async function subscribed(kind: ClientKind, channels: readonly string[]) {
    const pair = await kind.create(targetOf(cluster));
    toEnd.push(() => pair.close());
    const client = pair.subClient as unknown as Client;
    if (client.status !== 'ready') await once(client, 'ready');
    const { listen, channels: all } = subscribeShardedWithIoredis(client);
    const events: Partial<SubscriberEvents> = {
      channels: () => channels,
      message() {},
      ready() {},
      nodeLeft() {},
      lostIn() {},
    };
    toEnd.push(listen(events as SubscriberEvents));
    const again = () => all.subscribe(channels);
    await again();
    return { client, again };
  }

  it('while Redis tells of a slot that has moved, sharded, with ioredis 5 Cluster', async () => {
    const kind = shardedKinds.find(({ name }) => name === 'ioredis 5 Cluster') as ClientKind;
    // so many that it tells of them in several pieces
    const channels = Array.from({ length: 5000 }, (_, i) => `{x} ${'long '.repeat(10)}${i}`);
    const { client, again } = await subscribed(kind, channels);
    // which is how this version tells of the first of them
    const told = once(client, 'nodeError');
    const moved = moveSlot(cluster.nodes, calculateSlot('{x}'));
    await told;
    client.disconnect(true);
    await moved;
    await eventually(again);
  });

  for (const kind of shardedKinds.filter(isIoredisCluster)) {
    it(`while one of them is being made, to a Redis that hangs, sharded, with ${kind.name}`, async () => {
      const { client, again } = await subscribed(kind, ['{x}']);
      const connections = () => [...client.shardedSubscribers.shardedSubscribers.values()];
      for (const { server } of cluster.nodes) {
        server.freeze();
        toEnd.push(() => server.thaw());
      }
      client.disconnect(true);
      await eventually(() => connections().some((subscriber) => subscriber.getInstance()?.status === 'connect'));
      client.disconnect(true);
      for (const { server } of cluster.nodes) server.thaw();
      await eventually(again, { within: 20_000 });
    });

    it(`when its owner ends it, and connects it anew, sharded, with ${kind.name}`, async () => {
      const { client, again } = await subscribed(kind, ['{x}']);
      const ended = once(client, 'end');
      client.disconnect();
      await ended;
      await client.connect();
      await eventually(again);
      const heard = once(client, 'smessageBuffer');
      const [owner] = client.slots[calculateSlot('{x}')] as readonly string[];
      const node = cluster.nodes.find(({ host, port }) => owner === `${host}:${port}`);
      await node?.server.command('SPUBLISH', '{x}', 'of today');
      await heard;
    });
  }
});
