import type { RedisServer } from '../tools/redis-server';
import type { ClientName } from './clients';
import type { NodeProcess } from './node-process';
import type { Setup } from './protocol';
import type { SubjectName } from './subjects';
import type { Traffic } from './traffic';

/** One thing to measure: the same work, done by each subject. */
export interface Scenario {
  /** What it is called on the command line. */
  name: string;
  title: string;
  metrics: readonly Metric[];
  subjects: readonly SubjectName[];
  /** Subjects that `--quick` leaves out. */
  more?: readonly SubjectName[];
  targets: readonly Target[];
  /** The work in several sizes, in words for the report. Default: one. */
  sizes?: { full: readonly number[]; quick: readonly number[]; unit: string };
  /** With the first client only. */
  oneClient?: boolean;
  /** Measures one subject once. @throws {UnsupportedError} */
  run(context: Context): Promise<Sample>;
}

export interface Metric {
  name: string;
  unit: 'µs' | 'ms' | 'bytes' | '%';
}

/** By the metrics' names. */
export type Sample = Record<string, number>;

/** What is to be reached. */
export interface Target {
  subject: SubjectName;
  metric: string;
  /** At most this, as a ratio to the baseline with the same client. */
  ratio: number;
  /** Default: that of the subject. */
  baseline?: SubjectName;
  /** Default: all. */
  clients?: 'ioredis' | 'redis';
}

/** What a scenario works with. */
export interface Context {
  subject: SubjectName;
  client: ClientName;
  /** One of the scenario's sizes. */
  size: number;
  /** How long one measurement takes, in ms. */
  duration: number;
  redis: RedisServer;
  traffic: Traffic;
  /** Starts a node, which ends with the run. @throws {UnsupportedError} */
  startNode(setup?: Partial<Setup>): Promise<NodeProcess>;
}
