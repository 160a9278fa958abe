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
  /** One subject after the other: there are too many nodes for all at once, or it is not time that is measured. */
  apart?: boolean;
  /** Measures one subject. @returns as many samples as any other subject has @throws {UnsupportedError} */
  run(context: Context): Promise<Sample[]>;
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
  /** That of the subject alone. */
  redis: RedisServer;
  traffic: Traffic;
  /** Does some work while no other subject does any; each subject is to take as many turns. */
  turn<T>(work: () => Promise<T>): Promise<T>;
  /** Starts a node, which ends with the run. @throws {UnsupportedError} */
  startNode(setup?: Partial<Setup>): Promise<NodeProcess>;
}
