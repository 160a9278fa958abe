// npm run demo:web: three chat servers act as one, in the browser.

import { parseArgs } from 'node:util';
import { findRedis } from '../find-redis';
import { Interrupted, type Run, run } from '../run';
import { Cluster } from './cluster';
import { HOST } from './http';
import { listenFrom } from './listen';
import { overviewServer } from './overview';

const DEFAULT_PORT = 3000;

async function webDemo(run: Run): Promise<never> {
  const wanted = wantedPort();
  const { redisUrl, key, server: redis, description } = await findRedis(run, console.log);

  run.waitingFor = 'the servers to listen';
  let cluster: Cluster;
  const [overview, port] = await listenFrom(wanted, (port) => overviewServer(port, () => cluster));
  run.atEnd(async () => {
    overview.close();
    overview.closeAllConnections();
  });
  cluster = await Cluster.prepare({ redisUrl, key, redis, overviewPort: port });
  run.atEnd(() => cluster.stop());
  tellTrouble(cluster);
  await cluster.start();
  run.endDeadline();

  if (port !== wanted) console.log(`Port ${wanted} is taken, this is the next free one.`);
  console.log(`\n   All at once  http://${HOST}:${port}\n`);
  for (const { name, kind, url, pid } of cluster.state.nodes) {
    console.log(`   node ${name}       ${url}  (${kind}, process ${pid})`);
  }
  console.log(`   Redis        ${description}\n\nCtrl-C ends all of them.`);
  return new Promise(() => {});
}

/** Says what goes wrong on the nodes, once until something is started or stopped: they go on trying. */
function tellTrouble(cluster: Cluster): void {
  const told = new Set<string>();
  cluster.on('change', () => told.clear());
  cluster.on('trouble', ({ message }) => {
    if (!told.has(message)) console.error(message);
    told.add(message);
  });
}

/** @throws Error when it is none */
function wantedPort(): number {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const text = values.port ?? process.env.PORT ?? String(DEFAULT_PORT);
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${text} is no port from 1 to 65535`);
  return port;
}

// whoever reads this has gone: `exit` ends the Redis, and the nodes end with their channel
process.stdout.on('error', () => process.exit(1));

void run(webDemo, (error) => {
  if (error instanceof Interrupted) console.log('\nEnded.');
  else console.error(`\nThe demo failed. ${error.message}`);
}).then((exitCode) => process.exit(exitCode));
