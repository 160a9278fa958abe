// npm run demo: three servers act as one.

import { findRedis } from './find-redis';
import { Fleet, type FleetNode, type Role } from './fleet';
import { Output } from './output';
import type { News } from './protocol';
import { type Run, run } from './run';

const ROLES: readonly Role[] = [
  { node: 'node A', kind: 'Socket.IO 2', client: 'Ann' },
  { node: 'node B', kind: 'Socket.IO 4', client: 'Ben' },
  { node: 'node C', kind: 'Socket.IO 4', client: 'Cleo' },
];
const ROOM = 'blue';

const output = new Output();

async function story(run: Run): Promise<void> {
  const begin = performance.now();
  const { advice, description, redisUrl, key } = await findRedis(run, (line) => output.line(line));
  const fleet = new Fleet((error) => run.fail(advise(error, advice)));
  run.atEnd(() => fleet.stop());
  output.heading('Three servers, three processes, one Redis');
  output.line(`   Redis   ${description}`);

  run.waitingFor = `the servers to start, and to reach Redis${advice && `\n${advice}`}`;
  const nodes = await fleet.start(ROLES, { redisUrl, key }).catch((error) => Promise.reject(advise(error, advice)));
  for (const { name, kind, pid, client } of nodes) {
    output.line(`   ${name}  ${kind}, process ${pid}, client ${client.name}`);
  }
  await tell({ run, nodes });

  run.waitingFor = 'the servers to end';
  await fleet.stop();
  if (output.wrong > 0) throw new Error(`${output.wrong} of ${output.checks} checks went wrong, see above.`);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  output.line(`\nAll ${output.checks} checks went as expected, in ${seconds} s.`);
}

interface Stage {
  run: Run;
  nodes: readonly FleetNode[];
}

async function tell(stage: Stage): Promise<void> {
  const { nodes } = stage;
  const [a, b, c] = nodes;
  if (!a || !b || !c) throw new Error('The story needs three nodes');

  step(stage, 1, `Broadcast: ${a.name} greets everyone`);
  await send(stage, a, { text: 'Hello, everyone', to: nodes });

  step(stage, 2, `Room message: ${a.client.name} and ${c.client.name} join the room "${ROOM}", ${b.name} writes to it`);
  await Promise.all([a, c].map(({ client }) => client.join(ROOM)));
  await send(stage, b, { text: 'Hello, room', room: ROOM, to: [a, c] });

  step(stage, 3, `clients query: ${b.name} asks who is in the room "${ROOM}"`);
  await query(stage, b, [a, c]);

  step(stage, 4, `remoteJoin: ${a.name} puts ${b.client.name}, who is on ${b.name}, into the room "${ROOM}"`);
  output.code(a.name, `adapter.remoteJoin('${b.client.id}', '${ROOM}')`);
  await a.remoteJoin(b.client.id, ROOM);
  await query(stage, c, [a, b, c]);
  await send(stage, c, { text: `Welcome, ${b.client.name}`, room: ROOM, to: [a, b, c] });
}

function step({ run }: Stage, number: number, text: string): void {
  run.waitingFor = `what step ${number} does`;
  output.line();
  output.heading(`${number}. ${text}`);
}

interface Sending {
  text: string;
  room?: string;
  /** Who has to get it; nobody else may. */
  to: readonly FleetNode[];
}

async function send({ run, nodes }: Stage, from: FleetNode, { text, room, to }: Sending): Promise<void> {
  output.code(from.name, `io${room === undefined ? '' : `.to('${room}')`}.emit('news', '${text}')`);
  const news: News = { text, from: from.name };
  const received = nodes.map(({ client }) => client.newsUntilEnd());
  await from.emit('news', news, room);
  // messages of one node keep their order: who has this one will not get the one before it any more
  await from.emit('end', news);

  for (const [i, node] of nodes.entries()) {
    run.waitingFor = `${node.client.name} on ${node.name} to hear from ${from.name}`;
    const actual = await received[i];
    output.check(who(node), describe(actual ?? []), describe(to.includes(node) ? [news] : []));
  }
}

async function query({ nodes }: Stage, asking: FleetNode, expected: readonly FleetNode[]): Promise<void> {
  output.code(asking.name, `adapter.clients(['${ROOM}'])`);
  const ids = await asking.clients(ROOM);
  const names = (ids: readonly string[]) =>
    ids
      .map((id) => nodes.find(({ client }) => client.id === id))
      .map((node, i) => (node ? `${node.client.name} on ${node.name}` : `unknown ${ids[i]}`))
      .sort()
      .join(', ');
  const right = expected.map(({ client }) => client.id);
  output.check(asking.name, `was told: ${names(ids)}`, `was told: ${names(right)}`);
}

function who({ name, client }: FleetNode): string {
  return `${client.name.padEnd(4)} on ${name}`;
}

function describe(news: readonly News[]): string {
  if (news.length === 0) return 'got nothing';
  return `got ${news.map(({ text, from }) => `"${text}" from ${from}`).join(' and ')}`;
}

function advise(error: Error, advice: string): Error {
  return new Error(`${error.message}${advice && `\n${advice}`}`, { cause: error });
}

// whoever reads this has gone: `exit` ends the Redis, and the servers end with their channel
process.stdout.on('error', () => process.exit(1));

void run(story, (error) => output.failure(error.message)).then((exitCode) => {
  process.exitCode = exitCode;
  // what has failed may still wait for something
  if (exitCode !== 0) process.exit();
});
