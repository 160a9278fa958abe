import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Emitter, type EmitterOptions } from '../../src/emitter';

import redisAdapter = require('../../src/index');

import { startRedisCluster } from '../../tools/redis-cluster';
import { startRedisSentinel } from '../../tools/redis-sentinel';
import { startRedis } from '../../tools/redis-server';
import { type Client, type ServerNode, startServer } from '../support/fleet';
import { type ClientKind, type ClientPair, clientKinds, shardedKinds, type Topology } from '../support/redis-clients';
import { type Target, targetOf } from '../support/redis-target';

const START: Record<Topology, () => Promise<Parameters<typeof targetOf>[0] & { stop(): Promise<unknown> }>> = {
  standalone: startRedis,
  cluster: startRedisCluster,
  sentinel: startRedisSentinel,
};

for (const topology of ['standalone', 'cluster', 'sentinel'] as const) {
  describeClients(topology, 'classic', clientKinds);
  describeClients(topology, 'sharded', shardedKinds);
}

function describeClients(topology: Topology, mode: 'classic' | 'sharded', all: readonly ClientKind[]): void {
  const kinds = all.filter((kind) => kind.topology === topology);

  describe(`An emitter, ${mode}, on ${topology}`, () => {
    let redis: Awaited<ReturnType<(typeof START)[Topology]>>;
    let target: Target;
    let pair: ClientPair;
    let node: ServerNode;
    let client: Client;

    before(async () => {
      redis = await START[topology]();
      target = targetOf(redis);
      pair = await (kinds.find(({ library }) => library === 'redis') as ClientKind).create(target);
      const { pubClient, subClient } = pair;
      const sharded = () => redisAdapter.createShardedAdapter(pubClient, subClient);
      node = await startServer(4, mode === 'sharded' ? sharded() : redisAdapter({ pubClient, subClient }));
      client = await node.connect();
    });
    after(async () => {
      await node.close();
      await pair.close();
      await redis.stop();
    });

    for (const kind of kinds) {
      it(`with ${kind.name}: tells in order, asks, and closes its own connection alone`, async () => {
        const user = await kind.create(target);
        try {
          await assertWorks(user);
        } finally {
          await user.close();
        }
      });
    }

    async function assertWorks({ pubClient, subClient }: ClientPair): Promise<void> {
      const given: EmitterOptions = 'duplicate' in pubClient ? {} : { subClient };
      const errors: Error[] = [];
      const emitter = new Emitter(pubClient, { mode, ...given, onError: (error) => errors.push(error) });
      for (let i = 0; i < 50; i++) emitter.emit('counted', i, Buffer.from('bytes'));
      emitter.emit('end');
      const counted = await client.until('end');
      assert.deepEqual(
        counted,
        [...Array(50).keys()].map((i) => ['counted', i, Buffer.from('bytes')]),
      ); // in order
      assert.equal(await emitter.countSockets(), 1);
      const [socket] = await emitter.fetchSockets();
      assert.equal(socket?.id, client.id);
      client.answer = () => 'here';
      assert.deepEqual(await emitter.emitWithAck('question'), ['here']);
      await emitter.close();
      const again = new Emitter(pubClient, { mode });
      again.to(client.id).emit('still open');
      await client.until('still open');
      await again.close();
      assert.deepEqual(errors, []);
    }
  });
}
