/** What a user of the package could have written, by file name. */
export const consumerFiles = {
  'require.cjs': `
    const assert = require('node:assert/strict');
    const redisAdapter = require('socket.io-redis');
    assert.equal(typeof redisAdapter, 'function');
    assert.equal(typeof redisAdapter.createAdapter, 'function');
    assert.equal(typeof redisAdapter.RedisAdapter, 'function');
    assert.ok(redisAdapter.InvalidOptionError.prototype instanceof Error);
    assert.throws(() => redisAdapter({ requestsTimeout: 'soon' }), redisAdapter.InvalidOptionError);
  `,

  'same-objects.mjs': `
    import assert from 'node:assert/strict';
    import { createRequire } from 'node:module';
    import redisAdapter, { createAdapter, RedisAdapter } from 'socket.io-redis';
    import * as named from 'socket.io-redis';
    const required = createRequire(import.meta.url)('socket.io-redis');
    assert.equal(redisAdapter, required);
    assert.equal(createAdapter, required.createAdapter);
    assert.equal(RedisAdapter, required.RedisAdapter);
    assert.deepEqual({ ...named }, { ...required, default: required });
  `,

  'emitter.mjs': `
    import assert from 'node:assert/strict';
    import { createRequire } from 'node:module';
    import * as named from 'socket.io-redis/emitter';
    const require = createRequire(import.meta.url);
    const required = require('socket.io-redis/emitter');
    assert.equal(typeof named.Emitter, 'function');
    assert.deepEqual({ ...named }, { ...required });
    assert.equal(named.RequestTimeoutError, require('socket.io-redis').RequestTimeoutError);
    assert.throws(() => new named.Emitter('localhost'), named.UnsupportedClientError);
  `,

  'deep-import.mjs': `
    import assert from 'node:assert/strict';
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const code = 'ERR_PACKAGE_PATH_NOT_EXPORTED';
    for (const path of ['dist/errors', 'dist/errors.js', 'dist/index.js', 'dist']) {
      await assert.rejects(import('socket.io-redis/' + path), { code });
      assert.throws(() => require('socket.io-redis/' + path), { code });
    }
    assert.equal(require('socket.io-redis/package.json').name, 'socket.io-redis');
  `,

  'import-require.cts': `
    import redisAdapter = require('socket.io-redis');
    const options: redisAdapter.RedisAdapterOptions = { key: 'app', requestsTimeout: 1000 };
    const adapter: redisAdapter.RedisAdapter = new (redisAdapter('localhost:6379', options))({});
    redisAdapter.createAdapter(options);
    export const rooms: Promise<Set<string>> = adapter.allRooms();
    export class Mine extends redisAdapter.RedisAdapter {}
    // @ts-expect-error milliseconds are a number
    redisAdapter({ requestsTimeout: 'soon' });
  `,

  'emitter.cts': emitting(),
  'emitter.mts': emitting(),
  'default-import.cts': importing(),
  'default-import.mts': importing(),
};

function emitting(): string {
  return `
    import { BroadcastOperator, Emitter, type EmitterOptions, type RedisClient, RequestTimeoutError } from 'socket.io-redis/emitter';
    interface Events { question: (text: string, answer: (reply: number) => void) => void }
    const options: EmitterOptions = { mode: 'sharded', subscriptionMode: 'static', onError: (error) => console.error(error.message) };
    export async function emit(client: RedisClient): Promise<number[]> {
      const emitter = new Emitter<Events>(client, options);
      const room: BroadcastOperator<Events> = emitter.to('room');
      room.emit('question', 'x');
      // @ts-expect-error there is no such event
      room.emit('answer');
      return room.timeout(5).emitWithAck('question', 'x').catch((error: unknown) => {
        if (error instanceof RequestTimeoutError) return error.partial as number[];
        throw error;
      });
    }
  `;
}

function importing(): string {
  return `
    import redisAdapter, { createAdapter, RedisAdapter, RequestTimeoutError, type RedisAdapterOptions } from 'socket.io-redis';
    const options: RedisAdapterOptions = { key: 'app', requestsTimeout: 1000 };
    const adapter: RedisAdapter = new (redisAdapter('localhost:6379', options))({});
    redisAdapter();
    createAdapter('localhost:6379');
    createAdapter(options);
    adapter.allRooms().catch((error: unknown) => {
      if (error instanceof RequestTimeoutError) console.log(error.code, error.partial);
    });
    export class Mine extends RedisAdapter {}
    // @ts-expect-error milliseconds are a number
    createAdapter({ requestsTimeout: 'soon' });
  `;
}

/** The module format for each way to look for modules, and the files that know no other. */
const RESOLUTIONS = {
  nodenext: { module: 'nodenext', files: /ts$/ },
  bundler: { module: 'preserve', files: /ts$/ },
  // the default of TypeScript up to 5 for CommonJS; it does not look at `exports`
  node10: { module: 'commonjs', files: /cts$/ },
};

export type ModuleResolution = keyof typeof RESOLUTIONS;

/** As strict as a user can be: the declarations of the package are checked too. */
export function tsconfig(moduleResolution: ModuleResolution, root: string): object {
  const { module, files } = RESOLUTIONS[moduleResolution];
  return {
    compilerOptions: {
      target: 'es2022',
      module,
      moduleResolution,
      esModuleInterop: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: ['node'],
      typeRoots: [`${root}/node_modules/@types`],
    },
    files: Object.keys(consumerFiles).filter((name) => files.test(name)),
  };
}
