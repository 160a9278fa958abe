import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { createClient } from 'redis';
import { freePort } from '../../tools/free-port.js';
import { startRedis } from '../../tools/redis-server.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';

const MAIN = join(__dirname, '../../demo/main.js');

/** Milliseconds: the demo's deadline, and what it may take to clean up. */
const DEADLINE = 15_000;
const ENDS_WITHIN = 10_000;

describe('the demo', { concurrency: true }, () => {
  test('tells its story on a Redis of its own, and leaves nothing behind', async (t) => {
    const { exitCode, stdout, stderr } = await (await startDemo(t)).ended;
    assert.equal(exitCode, 0, stdout + stderr);
    assertStory(stdout);
    assert.match(stdout, /redis:\/\/127\.0\.0\.1:\d+ \(.*, process \d+, only for this demo\)/);
    assert.equal(stderr, '');
  });

  test('uses the Redis of REDIS_URL under a prefix of its own', async (t) => {
    const redis = await startRedis();
    const onlooker = createClient({ url: redis.url });
    t.after(async () => {
      onlooker.destroy();
      await redis.stop();
    });
    const channels = new Set<string>();
    await onlooker.connect();
    await onlooker.pSubscribe('*', (_message, channel) => channels.add(channel));

    const { exitCode, stdout, stderr } = await (await startDemo(t, { REDIS_URL: redis.url })).ended;
    assert.equal(exitCode, 0, stdout + stderr);
    assertStory(stdout);
    await onlooker.ping();
    assert.notEqual(channels.size, 0);
    const prefixes = new Set([...channels].map((channel) => /^demo-[0-9a-f]{12}(?=[#-])/.exec(channel)?.[0]));
    assert.equal(prefixes.size, 1, `one prefix, but saw ${[...channels]}`);
    assert.ok(!prefixes.has(undefined), `no other name, but saw ${[...channels]}`);
    assert.equal(await redis.command('DBSIZE'), '0');
    // the onlooker, and the one who asks
    await eventually(async () => /^connected_clients:2\r$/m.test(await redis.command('INFO', 'clients')));
  });

  test('says so at once when nobody listens at REDIS_URL, without its password', async (t) => {
    const port = await freePort();
    const REDIS_URL = `redis://demo:secret@127.0.0.1:${port}`;
    const { exitCode, output, took } = await (await startDemo(t, { REDIS_URL })).ended;
    assert.equal(exitCode, 1, output);
    assert.match(output, /The demo failed\. node [ABC]: .*ECONNREFUSED/);
    assert.match(output, new RegExp(`REDIS_URL is redis://127\\.0\\.0\\.1:${port}: is that a Redis which runs`));
    assert.doesNotMatch(output, /secret/);
    assert.ok(took < DEADLINE, `took ${took} ms`);
  });

  test('gives up after 15 seconds when nobody answers at REDIS_URL', async (t) => {
    const { url } = await silentRedis(t);
    const { exitCode, output } = await (await startDemo(t, { REDIS_URL: url })).ended;
    assert.equal(exitCode, 1, output);
    assert.match(output, /The demo failed\. Not done within 15 seconds: still waiting for the servers to start/);
    assert.match(output, /Without REDIS_URL, the demo starts its own/);
  });

  test('fails when Redis forbids to publish', async (t) => {
    const redis = await startRedis({ acl: ['mute on >secret ~* &* +@all -publish'] });
    t.after(() => redis.stop());
    const REDIS_URL = `redis://mute:secret@127.0.0.1:${redis.port}`;
    const { exitCode, output } = await (await startDemo(t, { REDIS_URL })).ended;
    assert.equal(exitCode, 1, output);
    assert.match(output, /The demo failed\. node .: Redis does not permit PUBLISH \(NOPERM/);
  });

  test('says what to do when there is no Redis and none can be installed', async (t) => {
    const { exitCode, output } = await (await startDemo(t, { PATH: '/nonexistent' })).ended;
    assert.equal(exitCode, 1, output);
    assert.match(output, /There is no redis-server or valkey-server on the PATH\. Install Redis .*REDIS_URL/);
  });

  test('ends with all that it has started on Ctrl-C', async (t) => {
    const redis = await silentRedis(t);
    const demo = await startDemo(t, { REDIS_URL: redis.url });
    // two of each node
    await redis.connected(6);
    demo.pressCtrlC();
    const { exitCode, output } = await demo.ended;
    assert.equal(exitCode, 130, output);
    assert.match(output, /Interrupted \(SIGINT\)/);
  });

  test('ends a Redis that has not come up yet on Ctrl-C', async (t) => {
    const folder = await temporaryFolder(t);
    const started = join(folder, 'started');
    const binary = join(folder, 'redis-server');
    await writeFile(binary, `#!/bin/sh\n: > '${started}'\nexec sleep 60\n`);
    await chmod(binary, 0o755);
    const demo = await startDemo(t, { PATH: `${folder}:${process.env.PATH}` });
    await eventually(async () => (await readdir(folder)).includes('started'));
    demo.pressCtrlC();
    const { exitCode, output } = await demo.ended;
    assert.equal(exitCode, 130, output);
  });
});

async function startDemo(t: TestContext, env: NodeJS.ProcessEnv = {}) {
  const demo = await Program.start(MAIN, env);
  t.after(() => demo.destroy());
  return { pressCtrlC: () => demo.pressCtrlC(), ended: demo.ended(DEADLINE + ENDS_WITHIN) };
}

function assertStory(stdout: string): void {
  const story = [
    /^1\. Broadcast: node A greets everyone$/m,
    /^ +ok +Ann {2}on node A {2}got "Hello, everyone" from node A$/m,
    /^ +ok +Ben {2}on node B {2}got "Hello, everyone" from node A$/m,
    /^ +ok +Cleo on node C {2}got "Hello, everyone" from node A$/m,
    /^2\. Room message: /m,
    /^ +ok +Ann {2}on node A {2}got "Hello, room" from node B$/m,
    /^ +ok +Ben {2}on node B {2}got nothing$/m,
    /^ +ok +Cleo on node C {2}got "Hello, room" from node B$/m,
    /^3\. clients query: /m,
    /^ +ok +node B {2}was told: Ann on node A, Cleo on node C$/m,
    /^4\. remoteJoin: /m,
    /^ +ok +node C {2}was told: Ann on node A, Ben on node B, Cleo on node C$/m,
    /^ +ok +Ben {2}on node B {2}got "Welcome, Ben" from node C$/m,
    /^All 11 checks went as expected, in /m,
  ];
  for (const line of story) assert.match(stdout, line);
  assert.ok(!stdout.includes('WRONG') && !stdout.includes('\x1b'), stdout);
}

/** Something that accepts connections and never says anything. */
async function silentRedis(t: TestContext) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => {})));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Returns when so many connections have been made. */
    async connected(count: number): Promise<void> {
      while (sockets.length < count) await once(server, 'connection');
    },
  };
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
