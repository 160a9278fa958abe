import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createClient } from 'redis';
import { channelsOf, everyNamespacePattern, namespacePattern, ownResponsePattern } from '../../src/wire/channels';
import { type RedisServer, startRedis } from '../../tools/redis-server';

const NAMES = [
  '',
  '#',
  'a',
  'a#b',
  'ab',
  '*',
  '**',
  '?',
  '[a-z]',
  '[^a]',
  ']',
  '^',
  'a-b',
  '\\',
  '\\*',
  'ü',
  '日本',
  ' ',
];
const PREFIXES = ['socket.io', 'my-app', 'a#b', '*', '[s]ocket.io', '\\'];
const CHANNELS = PREFIXES.flatMap((prefix) =>
  NAMES.map((name) => channelsOf(prefix, `/${name}`)).flatMap(({ broadcast, response }) => [
    broadcast,
    response,
    ...NAMES.flatMap((name) => [`${broadcast}${name}#`, `${response}${name}#`]),
  ]),
);

describe('Redis', () => {
  let redis: RedisServer;
  let subscriber: ReturnType<typeof createClient>;
  let asker: ReturnType<typeof createClient>;

  before(async () => {
    redis = await startRedis();
    subscriber = createClient({ url: redis.url });
    asker = createClient({ url: redis.url });
    await Promise.all([subscriber.connect(), asker.connect()]);
    await subscriber.subscribe(CHANNELS, () => {});
  });
  after(async () => {
    subscriber.destroy();
    asker.destroy();
    await redis.stop();
  });

  const matched = async (pattern: string) => (await asker.pubSubChannels(pattern)).sort();
  const channels = (isMeant: (channel: string) => boolean) => [...new Set(CHANNELS)].filter(isMeant).sort();

  for (const prefix of PREFIXES) {
    it(`takes nothing in the prefix ${prefix} and its namespaces for more than it is`, async () => {
      const every = everyNamespacePattern(prefix);
      assert.deepEqual(
        await matched(every),
        channels((channel) => channel.startsWith(`${prefix}#/`)),
        every,
      );
      for (const name of NAMES) {
        const namespace = channelsOf(prefix, `/${name}`);
        const pattern = namespacePattern(namespace);
        assert.deepEqual(
          await matched(pattern),
          channels((channel) => channel.startsWith(namespace.broadcast)),
          pattern,
        );
        const own = await matched(ownResponsePattern(namespace));
        const isOwn = (channel: string) => channel.slice(namespace.response.length).length > 1;
        const expected = channels((channel) => channel.startsWith(namespace.response) && isOwn(channel));
        assert.deepEqual(own, expected);
      }
    });
  }

  // Redis compares the pattern itself with the ACL, character by character
  for (const [prefix, nsp] of [
    ['socket.io', '/'],
    ['socket.io', '/chat'],
    ['socket.io', '/my-chat'],
    ['my-app', '/'],
    ['socket.io', '/^'],
  ] as const) {
    const published = `${prefix}#${nsp}#*`;
    it(`permits the pattern of a namespace with an ACL for the published one, ${published}`, () => {
      assert.equal(namespacePattern(channelsOf(prefix, nsp)), published);
    });
  }

  it('does refuse a pattern that only means the same as a permitted one', async () => {
    await redis.command('ACL', 'SETUSER', 'node', 'on', '>secret', 'resetchannels', '&my-app#/#*', '+@all');
    const user = createClient({ url: redis.url, username: 'node', password: 'secret' });
    await user.connect();
    await user.pSubscribe('my-app#/#*', () => {});
    await assert.rejects(
      user.pSubscribe('my\\-app#/#*', () => {}),
      /NOPERM/,
    );
    user.destroy();
  });
});
