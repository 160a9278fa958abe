import assert from 'node:assert/strict';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';

import redisAdapter = require('../../src/index');

import type { RedisServer } from '../../tools/redis-server';
import { channelsOn, patternsOn } from '../support/channels';
import { eventually } from '../support/eventually';
import { type Generation, type ServerNode, startServer } from '../support/fleet';
import { type ClientKind, type ClientPair, clientKinds } from '../support/redis-clients';
import { targetOf } from '../support/redis-target';
import { describeEmitter, type EmitterFleet } from './emitter-suite';

type Clients = [pubClient: ClientPair['pubClient'], subClient: ClientPair['subClient']];
type Part = [generation: Generation, adapterOf: (clients: Clients) => unknown];

const kind = clientKinds.find(({ name }) => name === 'redis 6') as ClientKind;

/** Starts a server for each part, with clients of its own. */
async function startFleet(redis: RedisServer, parts: readonly Part[]): Promise<EmitterFleet> {
  const started = await Promise.all(parts.map((part) => startPart(redis, part)));
  return {
    nodes: started.map(({ node }) => node),
    async close() {
      await Promise.all(started.map(({ node }) => node.close()));
      // theirs do not wait for Redis
      await eventually(async () => assert.deepEqual([await channelsOn([redis]), await patternsOn([redis])], [[], 0]));
      await Promise.all(started.map(({ pair }) => pair.close()));
    },
  };
}

async function startPart(redis: RedisServer, [generation, adapterOf]: Part): Promise<Started> {
  const pair = await kind.create(targetOf(redis));
  return { pair, node: await startServer(generation, adapterOf([pair.pubClient, pair.subClient])) };
}

interface Started {
  pair: ClientPair;
  node: ServerNode;
}

const classic =
  (subscriptionMode: 'static' | 'dynamic') =>
  ([pubClient, subClient]: Clients) =>
    redisAdapter({ pubClient, subClient, subscriptionMode, requestsTimeout: 2000 });
const classic8 = (clients: Clients) => createAdapter(...clients, { requestsTimeout: 2000 });

describeEmitter({
  name: 'servers of this package',
  options: {},
  start: (redis) =>
    startFleet(redis, [
      [2, classic('static')],
      [2, classic('dynamic')],
      [4, classic('static')],
      [4, classic('dynamic')],
    ]),
});

describeEmitter({
  name: 'servers of this package and of @socket.io/redis-adapter 8.3',
  options: { mode: 'classic', key: 'socket.io' },
  start: (redis) =>
    startFleet(redis, [
      [2, classic('static')],
      [4, classic('dynamic')],
      [4, classic8],
    ]),
});

describeEmitter({
  name: 'servers of @socket.io/redis-adapter 8.3',
  options: {},
  start: (redis) =>
    startFleet(redis, [
      [4, classic8],
      [4, (clients) => createAdapter(...clients, { publishOnSpecificResponseChannel: true })],
    ]),
});

for (const subscriptionMode of ['static', 'dynamic', 'dynamic-private'] as const) {
  const sharded = (clients: Clients) => redisAdapter.createShardedAdapter(...clients, { subscriptionMode });
  const sharded8 = (clients: Clients) => createShardedAdapter(...clients, { subscriptionMode });

  describeEmitter({
    name: `sharded servers of this package, ${subscriptionMode}`,
    options: { mode: 'sharded', subscriptionMode },
    start: (redis) =>
      startFleet(redis, [
        [2, sharded],
        [4, sharded],
      ]),
  });

  describeEmitter({
    name: `sharded servers of this package and of @socket.io/redis-adapter 8.3, ${subscriptionMode}`,
    options: { mode: 'sharded', subscriptionMode },
    start: (redis) =>
      startFleet(redis, [
        [2, sharded],
        [4, sharded],
        [4, sharded8],
      ]),
  });
}
