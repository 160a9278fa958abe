import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/eventually';
import { mustBe, mustBeWithin } from './fault';
import type { NodeProcess } from './node-process';
import type { NodeSettings } from './node-program';
import type { Receiver } from './receiver';
import type { Stage } from './stage';
import { countsMissed, OWN_CLIENT, type Subject } from './subjects';

const NODES = 3;

/** Messages a second, from each of the nodes. */
const RATE = 200;

/** Milliseconds: longer than the timeout of any query. */
const ANSWERS_WITHIN = 10_000;

/** What a fault under load did. */
export type LoadFigures = {
  localLost: number;
  remoteLost: number;
  /** How many lost messages the nodes say there were; published adapters do not. */
  counted: number | '';
  twice: number;
  disordered: number;
  /** Milliseconds from the end of the fault to the first message from another node, for the client that waited longest. */
  back: number;
  /** How many sockets a query finds afterwards. */
  idsAfter: number | string;
};

/** The longest time, in milliseconds, that redis or ioredis waits before it connects again, unless it is told otherwise. */
const LONGEST_BACKOFF = 2_200;

/** Likewise: from one attempt to the next it waits 1.7 times as long, without a limit, so after 15 seconds for up to so many ms. */
const LONGEST_BACKOFF_OF_REDIS_3 = 12_000;

/** Throws when a fault did more harm than that messages were lost on their way to other nodes. */
export function mustHaveRecovered(figures: LoadFigures, subject: Subject): void {
  mustBe(figures, { localLost: 0, twice: 0, disordered: 0, idsAfter: NODES });
  if (countsMissed(subject)) mustBe(figures, { counted: figures.remoteLost });
  mustBeWithin('back', figures.back, backWithin(subject));
}

/** The milliseconds within which a subject hears the others again. */
export function backWithin({ client }: Subject): number {
  if (client === 'redis 3') return LONGEST_BACKOFF_OF_REDIS_3;
  return client === OWN_CLIENT ? 1_000 : LONGEST_BACKOFF + 1_000;
}

/**
 * Lets three nodes, with a client each, send numbered messages while a fault happens.
 *
 * @param happen - fulfilled when the fault is over
 * @param settings - of the nodes
 */
export async function underLoad(
  stage: Stage,
  redis: Parameters<Stage['nodes']>[1],
  happen: (nodes: NodeProcess[]) => Promise<unknown>,
  settings: Partial<NodeSettings> = {},
): Promise<LoadFigures> {
  const nodes = await stage.nodes(NODES, redis, settings);
  const clients = await Promise.all(nodes.map((node) => stage.client(node)));
  await flows(nodes, clients);
  const missedBefore = await missedBy(nodes);
  await Promise.all(nodes.map((node) => node.run(({ traffic }, rate) => traffic.start(rate), RATE)));
  await delay(500);
  await happen(nodes);
  const back = await backAfter(performance.now(), nodes, clients);
  await delay(500);
  const sent = await Promise.all(nodes.map((node) => sentBy(node, clients)));
  const tallied = await tally(nodes, clients, sent);
  const counted = countsMissed(stage.subject) ? (await missedBy(nodes)) - missedBefore : '';
  return { ...tallied, counted, back, idsAfter: await idsAfter(nodes) };
}

/** Waits until every node's messages reach every client: published adapters do not say when they hear the others. */
async function flows(nodes: readonly NodeProcess[], clients: readonly Receiver[]): Promise<void> {
  await eventually(async () => {
    const sent = await Promise.all(nodes.map((node) => node.run(({ traffic }) => traffic.send(1))));
    await delay(20);
    return nodes.every(({ name }, i) => clients.every((client) => client.last(name) === sent[i]));
  });
  await Promise.all(
    nodes.map((node) =>
      node.run(({ traffic }) => {
        traffic.sent = 0;
      }),
    ),
  );
  for (const client of clients) client.forget();
}

async function backAfter(moment: number, nodes: readonly NodeProcess[], clients: readonly Receiver[]): Promise<number> {
  const times = clients.flatMap((client, i) =>
    nodes.filter((_, j) => j !== i).map(({ name }) => client.firstAfter(moment, name)),
  );
  return Math.max(...(await Promise.all(times)));
}

/** Stops a node's traffic. @returns how much it was; as far as any client knows it, when the node is no more */
function sentBy(node: NodeProcess, clients: readonly Receiver[]): Promise<number> {
  return node
    .run(({ traffic }) => traffic.stop())
    .catch(() => Math.max(...clients.map((client) => client.last(node.name))));
}

async function missedBy(nodes: readonly NodeProcess[]): Promise<number> {
  const missed = await Promise.all(
    nodes.map((node) => node.run(({ adapter }) => adapter.stats?.().missed ?? 0).catch(() => 0)),
  );
  return missed.reduce((sum, number) => sum + number, 0);
}

async function tally(nodes: readonly NodeProcess[], clients: readonly Receiver[], sent: readonly number[]) {
  const sums = { localLost: 0, remoteLost: 0, twice: 0, disordered: 0 };
  await Promise.all(
    clients.flatMap((client, i) =>
      nodes.map(async ({ name }, j) => {
        const { lost, twice, disordered } = await client.tally(name, sent[j] ?? 0);
        sums[i === j ? 'localLost' : 'remoteLost'] += lost;
        sums.twice += twice;
        sums.disordered += disordered;
      }),
    ),
  );
  return sums;
}

async function idsAfter([first]: readonly NodeProcess[]): Promise<number | string> {
  const found = first
    ?.run(({ ids }) => ids())
    .then(
      ({ length }) => length,
      ({ message }: Error) => message,
    );
  // published adapters may wait for ever for a node that is dead
  return Promise.race([found ?? 0, delay(ANSWERS_WITHIN, 'no answer', { ref: false })]);
}
