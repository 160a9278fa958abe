import assert from 'node:assert/strict';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { freePort } from '../../tools/free-port';
import { startRedis } from '../../tools/redis-server';
import { ChatPerson } from '../support/chat-person';
import { eventually } from '../support/eventually';
import { type NodeName, RunningWebDemo } from '../support/web-demo';

describe('the web demo', { concurrency: 2 }, () => {
  test('carries a message to everyone over all nodes, and says where it was written and when', async (t) => {
    const { people } = await startWithPeople(t);
    const before = Date.now();
    await people.B.ask('say', 'hello', null);
    for (const person of Object.values(people)) {
      const message = await person.message('hello');
      const { sentAt, ...rest } = message;
      assert.deepEqual(rest, { text: 'hello', name: 'Ben', node: 'B' });
      assert.ok(sentAt >= before - 2 && sentAt <= Date.now() + 2, `sent at ${sentAt}, asked at ${before}`);
    }
  });

  test('carries a message to a room to its members only', async (t) => {
    const { people } = await startWithPeople(t);
    await people.A.ask('join', 'blue');
    await people.C.ask('join', 'blue');
    await people.B.ask('say', 'psst', 'blue');
    await people.B.ask('say', 'all', null);
    assert.equal((await people.A.message('psst')).room, 'blue');
    await people.C.message('psst');
    await people.B.message('all');
    assert.deepEqual(people.B.texts, ['all']);
    await people.A.ask('leave', 'blue');
    assert.deepEqual(await people.A.ask('rooms'), []);
  });

  test('knows the members of all nodes, whichever is asked', async (t) => {
    const { people } = await startWithPeople(t);
    await people.A.ask('join', 'blue');
    const expected = [
      { id: people.A.id, name: 'Ann', node: 'A', rooms: ['blue'] },
      { id: people.B.id, name: 'Ben', node: 'B', rooms: [] },
      { id: people.C.id, name: 'Cleo', node: 'C', rooms: [] },
    ];
    for (const person of Object.values(people)) assert.deepEqual(await person.ask('members'), { members: expected });
  });

  test('makes somebody on another node join a room, or go', async (t) => {
    const { people } = await startWithPeople(t);
    await people.C.ask('remoteJoin', people.A.id, 'blue');
    await people.A.ask('remoteJoin', people.B.id, 'blue');
    assert.deepEqual(await people.A.ask('rooms'), ['blue']);
    assert.deepEqual(await people.B.ask('rooms'), ['blue']);

    await people.A.ask('remoteDisconnect', people.C.id);
    assert.equal(await people.C.gone, 'io server disconnect');
    await people.B.ask('remoteDisconnect', people.A.id);
    assert.equal(await people.A.gone, 'io server disconnect');
    await assert.rejects(people.B.ask('remoteJoin', 'nobody', 'blue'), /no node has a socket with the id "nobody"/);
  });

  test('goes on without a node, which comes back at the same address', async (t) => {
    const { demo, people } = await startWithPeople(t);
    const before = await demo.node('B');
    const state = await demo.control('node/B', 'stop');
    assert.deepEqual(
      state.nodes.map(({ running }) => running),
      [true, false, true],
    );
    await people.B.gone;
    await people.A.ask('say', 'without B', null);
    await people.C.message('without B');
    await eventually(async () => assert.equal((await people.A.members()).members.length, 2));

    await demo.control('node/B', 'start');
    const after = await demo.node('B');
    assert.equal(after.url, before.url);
    assert.notEqual(after.pid, before.pid);
    const again = await connect(t, demo, 'B', 'Ben again');
    await people.A.ask('say', 'with B', null);
    await again.message('with B');
  });

  test('shows a node whose process ends by itself as stopped', async (t) => {
    const { demo } = await startWithPeople(t);
    const { pid } = await demo.node('C');
    process.kill(pid as number, 'SIGKILL');
    await eventually(async () => !(await demo.node('C')).running);
    await demo.control('node/C', 'start');
    assert.equal((await demo.node('C')).running, true);
  });

  test('serves the people of each node while Redis is away', async (t) => {
    const { demo, people } = await startWithPeople(t);
    assert.equal((await demo.control('redis', 'stop')).redis.running, false);
    await Promise.all(Object.values(people).map((person) => person.health(false)));
    await people.A.ask('say', 'to myself', null);
    await people.A.message('to myself');
    const { members, incomplete } = await people.A.members();
    assert.deepEqual(
      members.map(({ name }) => name),
      ['Ann'],
    );
    assert.match(incomplete ?? '', /customRequest/);

    assert.equal((await demo.control('redis', 'start')).redis.running, true);
    await Promise.all(Object.values(people).map((person) => person.health(true)));
    await people.A.ask('say', 'to all again', null);
    for (const person of Object.values(people)) await person.message('to all again');
  });

  test('refuses what foreign pages and foreign names ask for', async (t) => {
    const demo = await start(t);
    const stop = (headers: Record<string, string>) => status(`${demo.url}/control/node/A/stop`, 'POST', headers);
    assert.equal(await stop({ origin: 'http://example.com' }), 403);
    assert.equal(await stop({ origin: 'null' }), 403);
    assert.equal(await stop({}), 403);
    const foreignName = { host: 'example.com', origin: 'http://example.com' };
    assert.equal(await stop(foreignName), 403);
    assert.equal(await status(`${demo.url}/state`, 'GET', foreignName), 403);
    assert.equal((await demo.node('A')).running, true);

    for (const name of ['A', 'B'] as const) {
      const { url } = await demo.node(name);
      assert.equal(await status(url, 'GET', { host: 'example.com' }), 403);
      const EIO = name === 'A' ? 3 : 4;
      const handshake = `${url}/socket.io/?EIO=${EIO}&transport=polling`;
      assert.equal(await status(handshake, 'GET', { origin: 'http://example.com' }), 403);
      assert.equal(await status(handshake, 'GET', { host: 'example.com' }), 403);
      assert.equal(await status(handshake, 'GET', { origin: demo.url }), 200);
    }
  });

  test('refuses input that is not what it must be', async (t) => {
    const { people } = await startWithPeople(t);
    for (const person of [people.A, people.B]) {
      for (const [event, ...args] of BAD_INPUT)
        await assert.rejects(person.ask(event, ...args), /must be a text of 1 to/);
      person.send('say');
      person.send('join', 'no acknowledgement');
      await eventually(async () => assert.deepEqual(await person.ask('rooms'), ['no acknowledgement']));
    }
    await people.A.ask('say', 'x'.repeat(500), null);
    await people.B.message('x'.repeat(500));
  });

  test('serves its pages, and nothing that is beside them', async (t) => {
    const demo = await start(t);
    const { url } = await demo.node('A');
    const paths = ['/', '/theme.css', '/icon.svg', '/chat-pane.mjs'];
    for (const page of [demo.url, url]) {
      for (const path of paths) assert.equal(await status(page + path, 'GET', {}), 200, path);
      for (const path of ['/../main.ts', '/none.mjs', '/package.json']) {
        assert.equal(await status(page + path, 'GET', {}), 404, path);
      }
    }
    const policy = (await fetch(demo.url)).headers.get('content-security-policy');
    assert.ok(policy?.includes(`script-src 'self' ${url}`), `${policy}`);
  });

  test('takes the next port when the wanted one is taken', async (t) => {
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    t.after(() => taken.close());
    const demo = await start(t, { PORT: String(port) });
    assert.ok(Number(new URL(demo.url).port) > port);
    assert.match(demo.program.stdout, new RegExp(`Port ${port} is taken`));
  });

  test('does not stop a Redis that is not its own', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    const demo = await start(t, { REDIS_URL: redis.url });
    assert.deepEqual((await demo.state()).redis, { running: true, own: false });
    assert.equal(await status(`${demo.url}/control/redis/stop`, 'POST', { origin: demo.url }), 404);
    const { exitCode } = await demo.interrupt();
    assert.equal(exitCode, 130);
    assert.equal(await redis.command('PING'), 'PONG');
  });

  test('ends with all that it has started on Ctrl-C', async (t) => {
    const { demo } = await startWithPeople(t);
    const { exitCode, stderr, stdout } = await demo.interrupt();
    assert.equal(exitCode, 130);
    assert.equal(stderr, '');
    assert.match(stdout, /\nEnded\.\n$/);
  });

  test('ends on Ctrl-C with a node stopped and Redis away', async (t) => {
    const { demo } = await startWithPeople(t);
    await demo.control('node/C', 'stop');
    await demo.control('redis', 'stop');
    const { exitCode } = await demo.interrupt();
    assert.equal(exitCode, 130);
  });
});

const BAD_INPUT: [string, ...unknown[]][] = [
  ['introduce', ''],
  ['introduce', 'x'.repeat(41)],
  ['introduce', { length: 3 }],
  ['say', 'x'.repeat(501), null],
  ['say', '  ', null],
  ['say', ['text'], null],
  ['say', 'text', {}],
  ['join'],
  ['join', 5],
  ['leave', null],
  ['remoteJoin', {}, 'blue'],
  ['remoteJoin', 'id'],
  ['remoteDisconnect', []],
];

async function start(t: TestContext, env: NodeJS.ProcessEnv = {}): Promise<RunningWebDemo> {
  const demo = await RunningWebDemo.start(env);
  t.after(() => demo.destroy());
  return demo;
}

/** A demo with one person on each node, who know each other. */
async function startWithPeople(t: TestContext) {
  const demo = await start(t);
  const [A, B, C] = await Promise.all([
    connect(t, demo, 'A', 'Ann'),
    connect(t, demo, 'B', 'Ben'),
    connect(t, demo, 'C', 'Cleo'),
  ]);
  return { demo, people: { A, B, C } };
}

/** Returns when the person is known, and its node hears the others. */
async function connect(t: TestContext, demo: RunningWebDemo, node: NodeName, name: string): Promise<ChatPerson> {
  const person = await ChatPerson.connect(demo, node, name);
  t.after(() => person.close());
  return person;
}

/** With any `Host`, which `fetch()` does not permit. */
function status(url: string, method: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
}
