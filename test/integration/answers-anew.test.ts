import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answersAnew } from '../../src/redis/client-life';
import { type RedisServer, startRedis } from '../../tools/redis-server';
import { SilencingProxy } from '../faults/support/proxy';
import { eventually } from '../support/eventually';
import { clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';

describe('Whether Redis answers on a new connection', () => {
  let redis: RedisServer;

  before(async () => {
    redis = await startRedis({ tls: true });
  });
  after(() => redis.stop());

  for (const kind of clientKinds.filter(({ topology }) => topology === 'standalone')) {
    it(`is found out, and leaves none behind, though the TLS handshake is answered late, with ${kind.name}`, async (t) => {
      const proxy = await SilencingProxy.start(redis);
      t.after(() => proxy.close());
      const target = { ...targetOf(redis), nodes: [{ host: proxy.host, port: proxy.port }] } as const;
      const { pubClient, close } = await kind.create(target);
      t.after(close);
      const ask = () => answersAnew(pubClient, async (copy) => copy.publish(...(['channel', 'message'] as never[])));
      assert.equal(await ask(), true);
      const onlyThePair = () => eventually(() => assert.equal(proxy.size, 2));
      await onlyThePair();
      proxy.hold();
      assert.equal(await ask(), false);
      assert.equal(proxy.size, 3);
      proxy.release();
      await onlyThePair();
    });
  }
});
