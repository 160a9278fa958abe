import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import { type RedisCluster, startRedisCluster } from '../../tools/redis-cluster';
import { eventually } from '../support/eventually';
import { startServer } from '../support/fleet';
import { type ClientKind, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

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
});
