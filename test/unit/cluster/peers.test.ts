import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Peers } from '../../../src/cluster/peers';
import { RollCall } from '../../../src/cluster/roll-call';
import { PubSub } from '../../../src/redis/pub-sub';
import { messagePack } from '../../../src/wire/broadcast';
import { channelsOf, ownResponseChannel } from '../../../src/wire/channels';
import { ClassicWire } from '../../../src/wire/classic-wire';

const OWN = { uid: 'ownown~', link: 'link', neighbours: () => [] };
const sender = (uid: string, link = uid, nodes = [uid]) => ({ uid, link, nodes });

const channelsOfWire = (nsp: string) =>
  new ClassicWire({
    prefix: 'socket.io',
    nsp,
    uid: OWN.uid,
    dialect: 8,
    codec: messagePack,
    sender: () => sender(OWN.uid),
  }).channels;

/** A Redis of which the test says who is subscribed to what. */
function start(nsp = '/') {
  const channels = channelsOf('socket.io', nsp);
  const counts = new Map<string, number>();
  const asked: string[] = [];
  let isForbidden = false;
  const nothing = async () => undefined;
  const pubSub = new PubSub(
    {
      publish: nothing,
      async countSubscribers(names) {
        asked.push('count');
        if (isForbidden) throw new Error('NOPERM this user has no permissions to run the command');
        return names.map((name) => counts.get(name) ?? 0);
      },
      async listChannels(pattern) {
        asked.push('list');
        const prefix = pattern.slice(0, pattern.lastIndexOf('?*#')).replace(/\\(.)/g, '$1');
        return [...counts.keys()].filter((name) => name.startsWith(prefix) && name.length > prefix.length + 1);
      },
      reconnect: nothing,
    },
    {
      isReady: () => true,
      channels: { subscribe: nothing, unsubscribe: nothing },
      listen: () => () => {},
      reconnect: nothing,
    },
    [],
  );
  return {
    pubSub,
    peers: new Peers(OWN, pubSub, channelsOfWire(nsp), () => {}),
    asked,
    counts,
    channels,
    /** From now on, nobody may count. */
    forbid() {
      isForbidden = true;
    },
    /** @param uids - of the nodes that listen to a response channel of their own */
    listen(connections: number, ...uids: string[]) {
      counts.clear();
      counts.set(channels.request, connections).set(channels.response, connections);
      for (const uid of ['ownown~', ...uids]) counts.set(ownResponseChannel(channels, uid), 1);
    },
  };
}

const uidsOf = ({ named }: { named: readonly { uid: string }[] }) => named.map(({ uid }) => uid).sort();

describe('A census', () => {
  for (const [name, connections, uids, heard, expected] of [
    ['finds this node alone', 1, [], [], [['ownown~'], 0, 0]],
    ['names those that were heard of', 2, ['bbbbbb~'], [sender('bbbbbb~')], [['bbbbbb~', 'ownown~'], 0, 0]],
    ['names those that were not heard of yet', 2, ['bbbbbb~'], [], [['bbbbbb~', 'ownown~'], 0, 0]],
    ['counts nodes of 5.x and 6.x', 3, [], [], [['ownown~'], 2, 0]],
    ['counts nodes of 7.1 to 8.x', 3, ['abcdef', 'ghijkl'], [], [['ownown~'], 0, 2]],
    ['counts each kind apart', 5, ['bbbbbb~', 'abcdef'], [sender('bbbbbb~')], [['bbbbbb~', 'ownown~'], 2, 1]],
    [
      'counts siblings of one connection as one',
      2,
      ['bbbbbb~', 'cccccc~'],
      [sender('bbbbbb~', 'l', ['bbbbbb~', 'cccccc~'])],
      [['bbbbbb~', 'cccccc~', 'ownown~'], 0, 0],
    ],
    [
      'counts siblings of this node as one',
      1,
      ['bbbbbb~'],
      [sender('bbbbbb~', 'link', ['bbbbbb~', 'ownown~'])],
      [['bbbbbb~', 'ownown~'], 0, 0],
    ],
    ['forgets those that do not listen any more', 1, [], [sender('bbbbbb~')], [['ownown~'], 0, 0]],
  ] as [string, number, string[], ReturnType<typeof sender>[], [string[], number, number]][]) {
    it(name, async () => {
      const { peers, listen } = start();
      for (const one of heard) peers.learn(one);
      listen(connections, ...uids);
      const census = await peers.census();
      assert.deepEqual([uidsOf(census), census.published[5], census.published[8]], expected);
    });
  }

  it('takes those that do not listen for away, and not for gone, right after this node has lost its connection', async (t) => {
    const { pubSub, peers, listen } = start();
    peers.learn(sender('bbbbbb~'));
    listen(1);
    t.mock.method(pubSub, 'hasHeardSince', () => false);
    const { away, named } = await peers.census();
    assert.deepEqual([away, uidsOf({ named })], [[{ uid: 'bbbbbb~', link: 'bbbbbb~' }], ['ownown~']]);
    t.mock.restoreAll();
    assert.deepEqual((await peers.census()).away, []);
    assert.deepEqual(peers.names, []);
  });

  it('takes one round trip when everybody is known', async () => {
    const { peers, listen, asked } = start();
    peers.learn(sender('bbbbbb~'));
    listen(2, 'bbbbbb~');
    await peers.census();
    assert.deepEqual(asked, ['count']);
  });

  it('does not count who listens to requests or to responses only', async () => {
    const { peers, listen, counts, channels } = start();
    listen(1);
    counts.set(channels.request, 4);
    assert.deepEqual((await peers.census()).published, { 5: 0, 8: 0 });
  });

  it('forgets a node for good once it has left, and learns it anew', async () => {
    const { peers, listen } = start();
    peers.learn(sender('bbbbbb~'));
    assert.equal(peers.heardOf, 1);
    peers.forget('bbbbbb~');
    assert.equal(peers.heardOf, 0);
    peers.learn(sender('bbbbbb~', 'other'));
    listen(2, 'bbbbbb~');
    assert.deepEqual(uidsOf(await peers.census()), ['bbbbbb~', 'ownown~']);
  });

  it('forgets who has been silent for long where Redis does not permit to count, and learns it anew', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    const { peers, forbid } = start();
    forbid();
    for (const uid of ['bbbbbb~', 'cccccc~']) peers.learn(sender(uid));
    peers.fellSilent('bbbbbb~');
    const { named, silent } = await peers.census();
    assert.deepEqual([named.length, [...silent]], [3, ['bbbbbb~']]);
    t.mock.timers.tick(20_000);
    peers.fellSilent('bbbbbb~');
    t.mock.timers.tick(10_001);
    assert.deepEqual(uidsOf(await peers.census()), ['cccccc~', 'ownown~']);
    peers.learn(sender('bbbbbb~'));
    assert.deepEqual(uidsOf(await peers.census()), ['bbbbbb~', 'cccccc~', 'ownown~']);
  });

  it('never takes this node for another one', () => {
    const { peers } = start();
    peers.learn(sender('bbbbbb~', 'link', ['bbbbbb~', 'ownown~']));
    assert.equal(peers.heardOf, 1);
  });

  it('does not take the nodes of the namespace /a#b for nodes of /a', async () => {
    const { peers, listen, counts } = start('/a');
    listen(2);
    const other = channelsOf('socket.io', '/a#b');
    counts.set(other.response, 1).set(ownResponseChannel(other, 'bbbbbb~'), 1);
    const census = await peers.census();
    assert.deepEqual([uidsOf(census), census.published], [['ownown~'], { 5: 1, 8: 0 }]);
  });

  it('is remembered, and made again in the background when it is old', async (t) => {
    const { peers, listen, asked } = start();
    listen(2);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    assert.equal(peers.recent(), undefined);
    await new Promise(setImmediate);
    assert.deepEqual(peers.recent()?.published, { 5: 1, 8: 0 });
    listen(1);
    assert.equal(asked.filter((what) => what === 'count').length, 1);
    t.mock.timers.tick(5000);
    assert.deepEqual(peers.recent()?.published, { 5: 1, 8: 0 });
    await new Promise(setImmediate);
    assert.deepEqual(peers.recent()?.published, { 5: 0, 8: 0 });
  });

  it('that fails is told to who asked for it, and to nobody when nobody did', async () => {
    const failing = new PubSub(
      {
        publish: async () => undefined,
        countSubscribers: async () => Promise.reject(new Error('away')),
        listChannels: async () => [],
        reconnect: async () => undefined,
      },
      {
        isReady: () => true,
        channels: { subscribe: async () => undefined, unsubscribe: async () => undefined },
        listen: () => () => {},
        reconnect: async () => undefined,
      },
      [],
    );
    const peers = new Peers(OWN, failing, channelsOfWire('/'), () => {});
    assert.equal(peers.recent(), undefined);
    await assert.rejects(peers.census(), /away/);
  });
});

describe('A roll call', () => {
  const slow = { type: 'customRequest', data: 'x' } as const;

  it('tells those that are silent from those whose users take their time', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { peers, pubSub, listen } = start();
    let greeted = 0;
    const rollCall = new RollCall({
      peers,
      pubSub,
      patience: 100,
      greet: () => {
        greeted += 1;
      },
    });
    for (const uid of ['bbbbbb~', 'cccccc~', 'dddddd~']) peers.learn(sender(uid));
    listen(4, 'bbbbbb~', 'cccccc~', 'dddddd~');
    const since = performance.now();
    rollCall.missed(slow, ['bbbbbb~', 'cccccc~'], since);
    // many may time out together
    rollCall.missed(slow, ['bbbbbb~', 'cccccc~'], since);
    assert.equal(greeted, 1);
    peers.learn(sender('bbbbbb~'));
    t.mock.timers.tick(99);
    assert.deepEqual([...(await peers.census()).silent], []);
    t.mock.timers.tick(1);
    assert.deepEqual([...(await peers.census()).silent], ['cccccc~']);
    rollCall.missed(slow, ['dddddd~'], since);
    assert.equal(greeted, 2);
    rollCall.close();
    t.mock.timers.tick(100);
    assert.deepEqual([...(await peers.census()).silent], ['cccccc~']);
  });

  it('is not needed where nodes answer at once', async () => {
    const { peers, pubSub, listen } = start();
    const rollCall = new RollCall({ peers, pubSub, patience: 100, greet: () => assert.fail() });
    peers.learn(sender('bbbbbb~'));
    listen(2, 'bbbbbb~');
    rollCall.missed({ type: 'allRooms' }, ['bbbbbb~'], performance.now());
    assert.deepEqual([...(await peers.census()).silent], ['bbbbbb~']);
  });
});
