import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { NodeProcess } from '../../demo/node-process';
import type { ServerProcess } from '../../demo/protocol';
import { freePort } from '../../tools/free-port';

const SERVER = join(__dirname, '../../demo/server.js');

describe('the process of a node', () => {
  test('rejects what it was asked when it ends before it has answered', async (t) => {
    const { node, errors } = start(t);
    // nobody listens there: it waits
    const redisUrl = `redis://127.0.0.1:${await freePort()}`;
    const call = node.call('start', { kind: 'Socket.IO 4', redisUrl, key: 'demo' });
    process.kill(node.pid as number, 'SIGKILL');
    await assert.rejects(call, /its process has ended \(SIGKILL\)/);
    assert.match(errors.map(String).join(), /its process has ended \(SIGKILL\)/);
  });

  test('rejects what it is asked when it has ended', async (t) => {
    const { node } = start(t);
    await node.stop();
    await assert.rejects(node.call('clients', 'room'), { code: 'ERR_IPC_CHANNEL_CLOSED' });
  });

  test('rejects with what the method throws', async (t) => {
    const { node, errors } = start(t);
    await assert.rejects(node.call('clients', 'room'), /The server is not started yet/);
    assert.deepEqual(errors, []);
  });
});

function start(t: TestContext) {
  const errors: Error[] = [];
  const node = new NodeProcess<ServerProcess>(SERVER, (error) => errors.push(error));
  t.after(() => node.stop());
  return { node, errors };
}
