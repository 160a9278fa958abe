import { type RedisServer, startRedis } from '../tools/redis-server';
import type { ClientName } from './clients';
import { NodeProcess } from './node-process';
import type { Setup } from './protocol';
import type { Context, Sample, Scenario } from './scenario';
import { type SubjectName, subjects, UnsupportedError } from './subjects';
import { Traffic } from './traffic';
import { Turns } from './turns';

/** Subjects that are compared with each other: with the same client, at the same size. */
export interface Group {
  scenario: Scenario;
  client: ClientName;
  size: number;
  /** Of each subject; those with the same index were measured one right after the other, unless a run had to be tried again. */
  samples: Map<SubjectName, Sample[]>;
}

export interface Plan {
  scenarios: readonly Scenario[];
  clients: readonly ClientName[];
  rounds: number;
  duration: number;
  quick: boolean;
}

/** What was measured, and what could not be. */
export interface Measured {
  groups: Group[];
  /** The subjects that the version in hand does not have, and why. */
  skipped: Map<SubjectName, string>;
}

type Run = Pick<Group, 'scenario' | 'client' | 'size'>;

/** What all runs share. */
interface Bench {
  plan: Plan;
  traffic: Traffic;
  skipped: Measured['skipped'];
  log(line: string): void;
}

/**
 * Runs the groups one after the other, round by round, each time in fresh processes.
 *
 * @param redis - to record on what the subjects send
 */
export async function runAll(redis: RedisServer, plan: Plan, log: (line: string) => void): Promise<Measured> {
  const bench: Bench = { plan, traffic: new Traffic(redis), skipped: new Map(), log };
  const groups: Group[] = [];
  for (const group of plan.scenarios.flatMap((scenario) => groupsOf(scenario, plan))) {
    groups.push(group);
    const begin = performance.now();
    for (let round = 0; round < plan.rounds; round++) await runRound(bench, group, round);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    log(`${titleOf(group)}: ${plan.rounds} rounds in ${seconds} s`);
  }
  return { groups, skipped: bench.skipped };
}

/** All subjects are there at the same time, as a rule, but one works at a time. */
async function runRound(bench: Bench, group: Group, round: number): Promise<void> {
  const names = subjectsOf(group, bench.plan).filter((name) => !bench.skipped.has(name));
  // whoever comes first may find another machine than who comes last
  if (round % 2 === 1) names.reverse();
  if (group.scenario.apart) {
    for (const name of names) await persistently(bench, group, name, (work) => work());
    return;
  }
  const turns = new Turns(names.length);
  const runs = names.map((name, place) =>
    persistently(bench, group, name, (work) => turns.take(place, work)).finally(() => turns.leave(place)),
  );
  await Promise.all(runs);
}

function groupsOf(scenario: Scenario, { clients, quick }: Plan): Group[] {
  const sizes = scenario.sizes?.[quick ? 'quick' : 'full'] ?? [0];
  return clients
    .slice(0, scenario.oneClient ? 1 : undefined)
    .flatMap((client) => sizes.map((size) => ({ scenario, client, size, samples: new Map() })));
}

/** Those that are there for comparison only run with the first client. */
function subjectsOf({ scenario, client }: Run, { quick, clients }: Plan): SubjectName[] {
  const { subjects: always, more = [] } = scenario;
  const all = quick || client !== clients[0] ? always : [...always, ...more];
  return all.filter((name) => subjects[name].clients?.includes(client) ?? true);
}

export function baselineOf(name: SubjectName): SubjectName {
  return subjects[name].baseline ?? name;
}

export function titleOf({ scenario, client, size }: Run): string {
  return `${scenario.name}, ${client}${scenario.sizes ? `, ${size} ${scenario.sizes.unit}` : ''}`;
}

/**
 * How often a published adapter is tried that does not get through: one of them subscribes as soon as it connects, which ioredis 5 now
 * and then does not survive.
 */
const TRIES = 10;

async function persistently(bench: Bench, group: Group, name: SubjectName, turn: Context['turn']): Promise<void> {
  const tries = subjects[name].library ? TRIES : 1;
  for (let tried = 1; tried < tries; tried++) {
    try {
      return await runOne(bench, group, name, turn);
    } catch (error) {
      const { message, cause } = error as Error;
      bench.log(`${message}, once more: ${(cause as Error | undefined)?.message}`);
    }
  }
  await runOne(bench, group, name, turn);
}

async function runOne(
  { plan: { duration }, traffic, skipped }: Bench,
  { scenario, client, size, samples }: Group,
  subject: SubjectName,
  turn: Context['turn'],
): Promise<void> {
  const nodes: NodeProcess[] = [];
  const redis = await startRedis();
  const context: Context = { subject, client, size, duration, redis, traffic, turn, startNode };

  async function startNode(setup: Partial<Setup> = {}): Promise<NodeProcess> {
    const node = new NodeProcess();
    nodes.push(node);
    const message = { channel: '', payload: '' };
    await node.call('start', { subject, client, port: redis.port, nsps: [], message, ...setup });
    return node;
  }

  try {
    const measured = await scenario.run(context);
    samples.set(subject, [...(samples.get(subject) ?? []), ...measured]);
  } catch (error) {
    const title = titleOf({ scenario, client, size });
    if (!(error instanceof UnsupportedError)) throw new Error(`${title}, ${subject}`, { cause: error });
    skipped.set(subject, error.message);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  }
}
