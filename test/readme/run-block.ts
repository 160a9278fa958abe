import assert from 'node:assert/strict';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { Server } from 'socket.io-2';
import type redisAdapter from '../../src/index';
import { eventually } from '../support/eventually';
import { type Client, type Generation, io4, type ServerNode, startServer } from '../support/fleet';

/**
 * Runs one block of the README in a process of its own, `node run-block.js <JSON of BlockRun>`, and shows that the adapter
 * that it makes hears and asks. The process has to end by itself.
 */
export interface BlockRun {
  /** The file that holds the block, and `SHOWN` behind it. */
  file: string;
  /** The port of the Redis for a server `io`, and another one that has a socket with the id `id`. */
  fleet?: number;
  generation: Generation;
  /** What the block has to print, or a client to be sent; `{id}` stands for the socket's id. */
  prints?: string;
  /** Whether the block itself closes everything. */
  closes?: boolean;
}

/** Gives the variables of a block to the one who runs it. */
export const SHOWN = {
  names: ['io', 'adapter'],
  get object(): string {
    return `{ ${this.names.map((name) => `${name}: typeof ${name} === 'undefined' ? undefined : ${name}`).join(', ')} }`;
  },
  get cjs(): string {
    return `\n;module.exports = ${this.object};\n`;
  },
  get mjs(): string {
    return `\n;export default ${this.object};\n`;
  },
};

interface Shown {
  io?: Server;
  adapter?: redisAdapter.AdapterFactory | redisAdapter.RedisAdapter;
}

/** A user's client, whatever its library. */
interface Endable {
  isOpen?: boolean;
  destroy?(): unknown;
  disconnect?(): unknown;
  end?(flush: boolean): unknown;
}

interface Fleet {
  here: ServerNode;
  there: ServerNode;
  client: Client;
}

async function main(run: BlockRun): Promise<void> {
  const requireAsUser = createRequire(run.file);
  const makeAdapter = requireAsUser('socket.io-redis') as typeof redisAdapter;
  const fleet = run.fleet === undefined ? undefined : await startFleet(run.generation, makeAdapter, run.fleet);
  const printed = keepPrinted();
  const { default: shown } = (await import(pathToFileURL(run.file).href)) as { default: Shown };
  const io = shown.io ?? serverWith(shown.adapter, requireAsUser('socket.io') as (http: HttpServer) => Server);

  const expected = run.prints?.replaceAll('{id}', fleet?.client.id ?? '');
  const evidence = () => printed.join('\n') + inspect(fleet?.client.received, { depth: 5 });
  if (expected) await eventually(() => evidence().includes(expected));
  if (!run.closes) await prove(io);
  await end(io);
  await fleet?.there.close();
}

async function startFleet(generation: Generation, makeAdapter: typeof redisAdapter, port: number): Promise<Fleet> {
  const start = () => startServer(generation, makeAdapter(port));
  const [here, there] = await Promise.all([start(), start()]);
  const client = await there.connect();
  const rooms = ['room1', 'room2', 'room3', 'room42'];
  await Promise.all(rooms.map((room) => there.adapter.remoteJoin(client.id, room)));
  there.adapter.customHook = (data, callback) => callback(`hello ${data}`);
  client.answer = () => 'got it';
  if (generation === 4) io4(there).on('ping', (answer: (value: string) => void) => answer('pong'));
  Object.assign(globalThis, { io: here.io, id: client.id });
  return { here, there, client };
}

function keepPrinted(): string[] {
  const printed: string[] = [];
  const { log } = console;
  console.log = (...values) => {
    printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
    log(...values);
  };
  return printed;
}

/** For a block that makes an adapter and no server, or neither. */
function serverWith(adapter: Shown['adapter'], createServer: (http: HttpServer) => Server): Server {
  const io = createServer(createHttpServer());
  if (adapter) io.adapter(adapter);
  return io;
}

function adapterOf(io: Server): redisAdapter.RedisAdapter {
  return io.of('/').adapter as redisAdapter.RedisAdapter;
}

async function prove(io: Server): Promise<void> {
  const adapter = adapterOf(io);
  assert.equal(adapter.constructor.name, 'RedisAdapter', 'the block gives the server an adapter');
  await adapter.ready;
  assert.ok(Array.isArray(await adapter.clients()));
  assert.deepEqual(adapter.stats().malformed, { broadcast: 0, request: 0, response: 0 });
  console.log('OK');
}

async function end(io: Server): Promise<void> {
  const { pubClient, subClient } = adapterOf(io);
  // on Socket.IO 4 a promise, and the adapters are closed with it
  await io.close();
  await Promise.all(Object.values(io.nsps ?? {}).map(({ adapter }) => (adapter as redisAdapter.RedisAdapter).close()));
  for (const client of [pubClient, subClient] as unknown[] as Endable[]) {
    // what the adapter made is closed, and what the user made is still open
    if (client.isOpen !== false) await (client.destroy ?? client.disconnect ?? client.end)?.call(client, false);
  }
}

if (require.main === module) void main(JSON.parse(process.argv[2] ?? '') as BlockRun);
