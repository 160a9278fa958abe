import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import redisAdapter = require('../../src/index');

import { type RedisServer, startRedis } from '../../tools/redis-server';
import { adapter2, receivedFrom, type ServerNode } from '../support/fleet';
import { startServers } from '../support/fleet-of';

const { AdapterClosedError, InvalidOptionError, UnsendableValueError } = redisAdapter;

describe('emitWithAck() on Socket.IO 2', () => {
  let redis: RedisServer;
  let nodes: ServerNode[];
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);

  before(async () => {
    redis = await startRedis();
    process.on('unhandledRejection', onUnhandled);
  });
  beforeEach(async () => {
    nodes = await startServers(2, 2, redis);
  });
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    assert.deepEqual(unhandled, []);
  });
  after(async () => {
    process.off('unhandledRejection', onUnhandled);
    await redis.stop();
  });

  it('refuses at once what cannot be sent, and that is all', async () => {
    const [here] = nodes as [ServerNode];
    const timeout = 20;
    await assert.rejects(
      adapter2(here).emitWithAck(timeout, {}, 'x', () => {}),
      UnsendableValueError,
    );
    // longer than it would have waited
    await new Promise((resolve) => setTimeout(resolve, 2 * timeout));
  });

  it('refuses a timeout that is none, and sends nothing', async () => {
    const [here, there] = nodes as [ServerNode, ServerNode];
    const client = await there.connect();
    for (const timeout of [Number.POSITIVE_INFINITY, Number.NaN, 0, '5000' as unknown as number]) {
      await assert.rejects(adapter2(here).emitWithAck(timeout, {}, 'x'), InvalidOptionError);
    }
    assert.deepEqual(await receivedFrom(here, [client]), [[]]);
  });

  it('fails when the adapter is closed meanwhile', async () => {
    const [here, there] = nodes as [ServerNode, ServerNode];
    const client = await there.connect();
    const answers = assert.rejects(adapter2(here).emitWithAck(60_000, {}, 'x'), AdapterClosedError);
    await client.until('x');
    await here.adapter.close();
    await answers;
  });
});
