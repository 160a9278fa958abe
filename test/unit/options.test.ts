import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { createClient, createClientPool } from 'redis';
import { createClient as createClient3 } from 'redis-3';
import { createClient as createClient4 } from 'redis-4';
import { createSentinel as createSentinel5 } from 'redis-5';
import { type ConnectionOptions, connectionSettings } from '../../src/connection-options';
import { InvalidOptionError, UnsupportedClientError } from '../../src/errors';
import { type RedisAdapterOptions, readSettings } from '../../src/options';
import { lackOf } from '../../src/redis/clients';
import type { RedisClient } from '../../src/redis/pub-sub';

import redisAdapter = require('../../src/index');

const clients = { pubClient: new Redis({ lazyConnect: true }), subClient: createClient() };

const LEGACY =
  '. To be one of redis 4 to 6 it lacks promises, since it is in legacyMode: give client.duplicate({ legacyMode: false }) instead';

const NEARLY_REDIS_3 = { psubscribe() {}, send_command() {} };

const FORMS: [uri: unknown, options: object, settings: object][] = [
  [undefined, {}, { host: 'localhost', port: 6379 }],
  ['localhost', {}, { host: 'localhost', port: 6379 }],
  ['example:6380', {}, { host: 'example', port: 6380 }],
  ['10.0.0.1:6380', {}, { host: '10.0.0.1', port: 6380 }],
  ['[::1]:6380', {}, { host: '::1', port: 6380 }],
  [6380, {}, { port: 6380 }],
  ['redis://h', {}, { host: 'h', port: 6379 }],
  ['redis://u:p%40ss@h:1/2', {}, { host: 'h', port: 1, username: 'u', password: 'p@ss', database: 2 }],
  ['redis://:p@h', {}, { username: undefined, password: 'p' }],
  ['redis://h?password=p@x/y', {}, { host: 'h', password: 'p@x/y' }],
  ['redis://h/?db=3&password=x&unknown=y', {}, { database: 3, password: 'x' }],
  ['redis://h?socket_keepalive=false&tls=true', {}, { keepAlive: false, tls: {} }],
  ['rediss://h', {}, { tls: {} }],
  ['rediss://h', { tls: { ca: 'x' } }, { tls: { ca: 'x' } }],
  ['rediss://h', { tls: false }, { tls: {} }],
  ['redis://h', { tls: false }, { tls: undefined }],
  [new URL('redis://u:p%40ss@h:1/2'), {}, { host: 'h', port: 1, username: 'u', password: 'p@ss', database: 2 }],
  [undefined, { url: new URL('rediss://h') }, { host: 'h', tls: {} }],
  [undefined, Object.create({ host: 'h', port: 1 }), { host: 'h', port: 1 }],
  ['redis://h:1', { port: 2, host: 'x' }, { host: 'h', port: 1 }],
  ['6380', {}, { host: 'localhost', port: 6380 }],
  ['/tmp/redis.sock', {}, { path: '/tmp/redis.sock' }],
  ['unix:///tmp/redis.sock', {}, { path: '/tmp/redis.sock' }],
  [undefined, { url: 'redis://h:1' }, { host: 'h', port: 1 }],
  [undefined, { port: '6380', db: '4' }, { port: 6380, database: 4 }],
  [undefined, { user: 'u', auth_pass: 'p' }, { username: 'u', password: 'p' }],
  [undefined, { username: 'u', password: 12345 }, { username: 'u', password: '12345' }],
  [undefined, { tls: true, family: 'IPv6' }, { tls: {}, family: 6 }],
  [undefined, { tls: false, family: 4 }, { tls: undefined, family: 4 }],
  [undefined, { connect_timeout: 10, socket_keepalive: false }, { connectTimeout: 10, keepAlive: false }],
  [undefined, { host: null, port: undefined }, { host: 'localhost', port: 6379 }],
];

const REFUSED: [option: string, value: unknown][] = [
  ...['abc', 0, 65536, 1.5, -1, Number.NaN, {}, ''].map((value): [string, unknown] => ['port', value]),
  ...[5, '', {}].map((value): [string, unknown] => ['host', value]),
  ...['x', -1, 1.5, {}].map((value): [string, unknown] => ['db', value]),
  ['path', 5],
  ['url', {}],
  ['url', 'http://h'],
  ['user', 5],
  ['username', 5],
  ['password', {}],
  ['auth_pass', {}],
  ['tls', 'yes'],
  ['family', 5],
  ['family', 'toString'],
  ['connect_timeout', 0],
  ['connect_timeout', 'x'],
  ['socket_keepalive', 'yes'],
  ['retry_strategy', 5],
  ['key', 5],
  ['key', {}],
  ...[0, 0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, '5000', {}].map((value): [string, unknown] => [
    'requestsTimeout',
    value,
  ]),
  ['watchdog', true],
  ['watchdog', 5000],
  ['parser', {}],
  ['parser', 'msgpack'],
  ...['maxPayloadBytes', 'maxPendingRequests', 'maxQueuedBytes', 'maxSubscriptions'].flatMap((option) =>
    [0, -1, '5', Number.NaN, {}].map((value): [string, unknown] => [option, value]),
  ),
];

describe('Connection options', () => {
  for (const [uri, options, expected] of FORMS) {
    it(`${JSON.stringify(uri)} and ${JSON.stringify(options)} are understood`, () => {
      const settings = connectionSettings(uri, options as ConnectionOptions);
      for (const [name, value] of Object.entries(expected)) assert.deepEqual({ ...settings }[name], value, name);
    });
  }

  const torn = ['/', '?', '#'].flatMap((mark) => [`redis://:p@x${mark}s3cret@h`, `u:12${mark}s3cret@h`]);
  for (const uri of ['http://h', 'redis://h:port', 'u:s3cret@h:port', 'redis://u:s3cret@h:port', ...torn, {}, true]) {
    it(`the uri ${JSON.stringify(uri)} is refused, without a password in the message`, () => {
      assert.throws(
        () => connectionSettings(uri, {}),
        (error) => error instanceof InvalidOptionError && error.option === 'uri' && !/s3cret/.test(error.message),
      );
    });
  }

  it('a retry_strategy is asked as node_redis asked it', () => {
    const asked: unknown[] = [];
    const answers = [5, new Error('stop'), undefined, 'x'];
    const { reconnectStrategy } = connectionSettings(undefined, {
      retry_strategy: (state) => {
        asked.push([state.attempt, state.error.message, state.times_connected]);
        return answers[asked.length - 1] as number;
      },
    });
    const given = answers.map((_, i) => reconnectStrategy?.(i, new Error(`error ${i}`)));
    assert.deepEqual(given, [5, answers[1], false, false]);
    assert.deepEqual(
      asked,
      answers.map((_, i) => [i + 1, `error ${i}`, 0]),
    );
  });
});

describe('Options', () => {
  for (const [option, value] of REFUSED) {
    it(`${option} ${JSON.stringify(value)} is refused by its name`, () => {
      assert.throws(
        () => readSettings(undefined, { ...clients, [option]: value } as RedisAdapterOptions),
        (error) =>
          error instanceof InvalidOptionError && error.option === option && error.message.includes(`"${option}"`),
      );
    });
  }

  for (const time of ['interval', 'patience']) {
    it(`watchdog.${time} 0 is refused by its name`, () => {
      const option = `watchdog.${time}`;
      assert.throws(() => readSettings(undefined, { ...clients, watchdog: { [time]: 0 } }), { option });
    });
  }

  it('the watchdog has its times, unless it is not wanted', () => {
    const read = (options: RedisAdapterOptions) => readSettings(undefined, { ...clients, ...options }).watchdog;
    assert.deepEqual(read({}), { interval: 5000, patience: 2500 });
    assert.deepEqual(read({ watchdog: { patience: 1 } }), { interval: 5000, patience: 1 });
    assert.equal(read({ watchdog: false }), undefined);
  });

  for (const client of [{}, 5, 'redis', new Map(), { publish() {}, on() {}, removeListener() {} }]) {
    it(`a client that is ${JSON.stringify(client)} is refused`, () => {
      for (const option of ['pubClient', 'subClient']) {
        assert.throws(
          () => readSettings(undefined, { ...clients, [option]: client } as RedisAdapterOptions),
          (error) => error instanceof UnsupportedClientError && error.option === option,
        );
      }
    });
  }

  for (const [lack, client] of [
    ['. To be one of redis 4 to 6 it lacks pSubscribe', Object.assign(new EventEmitter(), { publish() {} })],
    ['. To be one of ioredis it lacks status', Object.assign(new EventEmitter(), { psubscribe() {}, call() {} })],
    ['. To be one of redis 2.8 or 3 it lacks ready', Object.assign(new EventEmitter(), NEARLY_REDIS_3)],
    ['. To be one of redis 4 to 6 it lacks on, removeListener, pSubscribe', new Map()],
    [LEGACY, createClient4({ legacyMode: true })],
    ['. Await it first', Promise.resolve(clients.pubClient)],
    ['. If these are options, they come last', { key: 'shop' }],
  ] as const) {
    it(`a client is refused with what is missing: ${lack}`, () => {
      assert.throws(
        () => readSettings(undefined, { pubClient: client as object as RedisClient }),
        ({ message }: Error) => message.endsWith(lack),
      );
    });
  }

  it('a client that is supported lacks nothing, nor does what a client in legacyMode is told to be replaced by', () => {
    const redis4 = createClient4({ legacyMode: true }).duplicate({ legacyMode: false });
    const redis3 = createClient3({ port: 1 }).on('error', () => {});
    redis3.end(true);
    const lacks = [clients.pubClient, clients.subClient, redis4, redis3].map(lackOf);
    assert.deepEqual(
      lacks,
      ['ioredis', 'redis 4 to 6', 'redis 4 to 6', 'redis 2.8 or 3'].map((library) => ({ library, missing: [] })),
    );
  });

  it('a promise is not taken for options', () => {
    const options = Promise.resolve(clients.pubClient) as object as RedisAdapterOptions;
    assert.throws(() => readSettings(undefined, options), { option: 'opts', message: /it is a promise$/ });
  });

  it('have their documented defaults', () => {
    const { prefix, requestsTimeout, clients: made } = readSettings(undefined, clients);
    assert.deepEqual({ prefix, requestsTimeout }, { prefix: 'socket.io', requestsTimeout: 5000 });
    assert.deepEqual(made().owned, []);
    assert.equal(readSettings(undefined, { ...clients, key: '' }).prefix, 'socket.io');
  });

  for (const [what, create, given] of [
    ['a pool alone', () => redisAdapter(createClientPool() as object as RedisClient), UnsupportedClientError],
    ['nothing and a client', () => redisAdapter(undefined as never, clients.subClient), InvalidOptionError],
    ['a uri and a client', () => redisAdapter('localhost:6379' as never, clients.subClient), UnsupportedClientError],
  ] as const) {
    it(`${what} is not taken for options`, () => {
      assert.throws(create, (error) => error instanceof given && error.option === 'pubClient');
    });
  }

  it('a URL is not taken for options', () => {
    for (const options of [undefined, { key: 'shop' }]) {
      assert.throws(() => redisAdapter(new URL('http://h'), options), { option: 'uri' });
    }
  });

  it('of one client that has no duplicate() ask for the other', () => {
    const sentinel = createSentinel5({ name: 'x', sentinelRootNodes: [] });
    assert.throws(() => readSettings(undefined, { subClient: sentinel }).clients(), {
      option: 'pubClient',
      message: /no duplicate\(\)/,
    });
  });

  it('without a meaning give one warning each', async () => {
    const options = {
      ...clients,
      return_buffers: true,
      prefx: 'typo',
      subEvent: 'message',
      key: 'x',
      port: 1,
      absent: undefined,
      watchdog: { intervall: 5 },
    };
    assert.deepEqual(await warnedOf(() => readSettings(undefined, options as RedisAdapterOptions)), [
      'prefx',
      'return_buffers',
      'subEvent',
      'watchdog.intervall',
    ]);
  });

  it('without a meaning in a uri give one warning each', async () => {
    const uri = 'redis://h?key=shop&connect_timeout=5&requestsTimeout=1';
    assert.deepEqual(await warnedOf(() => connectionSettings(uri, {})), ['uri?key', 'uri?requestsTimeout']);
  });
});

/** The options that a warning is given of. */
async function warnedOf(read: () => unknown): Promise<(string | undefined)[]> {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => warnings.push(message);
  // those of the tests before are given in the next tick
  await new Promise(setImmediate);
  process.on('warning', onWarning);
  read();
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  return warnings.map((message) => /option "([\w.?]+)"/.exec(message)?.[1]).sort();
}

describe('What is wrong', () => {
  it('is told without the password of a uri', () => {
    const calls: (() => unknown)[] = [
      () => connectionSettings('redis://h:port?password=s3cret', {}),
      () => readSettings(undefined, { ...clients, pubClient: 'redis://:s3cret@h' } as object),
    ];
    for (const call of calls) assert.throws(call, (error) => !/s3cret/.test(String(error)));
  });

  it('is told of a uri that cannot be decoded', () => {
    for (const uri of ['redis://:100%@h', 'redis://%zz@h']) {
      assert.throws(() => connectionSettings(uri, {}), InvalidOptionError, uri);
    }
  });

  const wrong: Record<string, [() => unknown, RegExp]> = {
    'options that are none': [() => redisAdapter('h', 'x' as never), /"opts" must be an object, but it is "x"/],
    'an array of options': [() => redisAdapter([] as object), /"opts" must be an object, but it is an array/],
    'options that are none, after clients': [
      () => redisAdapter(clients.pubClient, clients.subClient, 5 as never),
      /"opts" must be an object, but it is 5/,
    ],
    'options that are none, of a sharded adapter': [
      () => redisAdapter.createShardedAdapter(clients.pubClient, null, 5 as never),
      /"opts" must be an object, but it is 5/,
    ],
    'options in the place of a client': [
      () => redisAdapter(clients.pubClient, { key: 'x' } as object as RedisClient),
      /"subClient" is not a Redis client .* keys key\. If these are options, they come last$/,
    ],
    'a class in the place of a client': [
      () => readSettings(undefined, { ...clients, pubClient: Map } as object),
      /it is a function$/,
    ],
    'an empty host': [
      () => connectionSettings('', { host: '' }),
      /"host" must be a string that is not empty, but it is ""/,
    ],
    'a password that is none': [
      () => connectionSettings('', { password: {} as string }),
      /"password" must be a string, but it is "\(hidden: object\)"/,
    ],
    'a watchdog that is none': [
      () => readSettings(undefined, { ...clients, watchdog: [] as object }),
      /"watchdog" must be .* an array$/,
    ],
    'no namespace': [
      () => (redisAdapter(clients) as unknown as (nsp: unknown) => unknown)(undefined),
      /UnsupportedSocketIoError/,
    ],
  };
  for (const [what, [call, message]] of Object.entries(wrong)) {
    it(`is told of ${what}`, () => {
      assert.throws(call, (error) => message.test(String(error)));
    });
  }
});
