import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { type Generation, receivedFrom, type ServerNode } from '../support/fleet';
import { startServers } from '../support/fleet-of';

/** As a database has it: with bytes that nobody is to see, and with itself somewhere inside. */
class User {
  readonly passwordHash = Buffer.from('secret');
  readonly self = this;
  readonly id = { bytes: Buffer.from('id'), toJSON: () => '6964' };
  toJSON(): object {
    return { id: this.id };
  }
}

for (const generation of [2, 4] as Generation[]) {
  describe(`On Socket.IO ${generation}, what has a toJSON()`, () => {
    let redis: RedisServer;
    let nodes: ServerNode[];

    before(async () => {
      redis = await startRedis();
      nodes = await startServers(generation, 2, redis);
    });
    after(async () => {
      await Promise.all(nodes.map((node) => node.close()));
      await redis.stop();
    });

    it('comes as what that gives, to local clients and to others', async () => {
      const [here, there] = nodes as [ServerNode, ServerNode];
      const clients = await Promise.all([here.connect(), there.connect()]);
      here.io.emit('user', new User());
      here.io.emit('users', [new User()], { at: new Date(0) });
      const expected = [
        ['user', { id: '6964' }],
        ['users', [{ id: '6964' }], { at: '1970-01-01T00:00:00.000Z' }],
      ];
      assert.deepEqual(await receivedFrom(here, clients), [expected, expected]);
    });
  });
}
