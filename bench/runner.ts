import type { RedisServer } from '../tools/redis-server';
import type { ClientName } from './clients';
import { NodeProcess } from './node-process';
import type { Setup } from './protocol';
import type { Context, Sample, Scenario } from './scenario';
import { type SubjectName, subjects, UnsupportedError } from './subjects';
import { Traffic } from './traffic';

/** Subjects that are compared with each other: with the same client, at the same size. */
export interface Group {
  scenario: Scenario;
  client: ClientName;
  size: number;
  /** A sample a round for each subject, in the order of the rounds. */
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

/** Runs all subjects of a group in turn, round by round, each time in fresh processes. */
export async function runAll(redis: RedisServer, plan: Plan, log: (line: string) => void): Promise<Measured> {
  const traffic = new Traffic(redis);
  const measured: Measured = { groups: [], skipped: new Map() };
  for (const group of plan.scenarios.flatMap((scenario) => groupsOf(scenario, plan))) {
    measured.groups.push(group);
    const begin = performance.now();
    for (let round = 0; round < plan.rounds; round++) {
      const names = subjectsOf(group, plan).filter((name) => !measured.skipped.has(name));
      // whoever comes first may find another machine than who comes last
      if (round % 2 === 1) names.reverse();
      for (const name of names) {
        await persistently(name, log, () => runOne(redis, plan, traffic, group, name, measured.skipped));
      }
    }
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    log(`${titleOf(group)}: ${plan.rounds} rounds in ${seconds} s`);
  }
  return measured;
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
const TRIES = 3;

async function persistently(name: SubjectName, log: (line: string) => void, run: () => Promise<void>): Promise<void> {
  const tries = subjects[name].library ? TRIES : 1;
  for (let tried = 1; tried < tries; tried++) {
    try {
      return await run();
    } catch (error) {
      const { message, cause } = error as Error;
      log(`${message}, once more: ${(cause as Error | undefined)?.message}`);
    }
  }
  await run();
}

async function runOne(
  redis: RedisServer,
  { duration }: Plan,
  traffic: Traffic,
  group: Group,
  subject: SubjectName,
  skipped: Map<SubjectName, string>,
): Promise<void> {
  const { scenario, client, size, samples } = group;
  const nodes: NodeProcess[] = [];
  const context: Context = { subject, client, size, duration, redis, traffic, startNode };

  async function startNode(setup: Partial<Setup> = {}): Promise<NodeProcess> {
    const node = new NodeProcess();
    nodes.push(node);
    const message = { channel: '', payload: '' };
    await node.call('start', { subject, client, port: redis.port, nsps: [], message, ...setup });
    return node;
  }

  try {
    const sample = await scenario.run(context);
    samples.set(subject, [...(samples.get(subject) ?? []), sample]);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw new Error(`${titleOf(group)}, ${subject}`, { cause: error });
    skipped.set(subject, error.message);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    // the streams
    await redis.command('FLUSHALL');
  }
}
