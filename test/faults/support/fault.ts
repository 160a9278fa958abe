import assert from 'node:assert/strict';
import type { Topology } from '../../support/redis-clients';
import type { Stage } from './stage';
import type { Subject } from './subjects';

/** What a fault did to an adapter: the cells of its row in the table. */
export type Figures = Record<string, number | string | boolean>;

/** Something that goes wrong, and what must hold then. */
export interface Fault<F extends Figures = Figures> {
  /** The row of the table. */
  name: string;
  /** Default: `standalone`. */
  topology?: Topology;
  /** Takes too long for `npm test`; `npm run test:faults` runs it. */
  long?: boolean;
  /** Whether it can happen to the subject. Default: to all of them. */
  concerns?(subject: Subject): boolean;
  /** Makes it happen. What it starts on the stage is ended afterwards. */
  run(stage: Stage): Promise<F>;
  /** Throws when the figures are not what they must be; see `mustBe`. That no process ended is checked for every fault. */
  mustHold(figures: F, subject: Subject): void;
}

/** Declares a fault; its figures are those that `run` gives. */
export function fault<F extends Figures>(definition: Fault<F>): Fault {
  return {
    ...definition,
    mustHold: (figures, subject) => definition.mustHold(figures as F, subject),
  };
}

/** Throws unless the figures have these values; names those that have another one. */
export function mustBe(figures: Figures, expected: Figures): void {
  const wrong = Object.keys(expected).filter((name) => figures[name] !== expected[name]);
  const text = wrong.map((name) => `${name} is ${figures[name]} and not ${expected[name]}`).join(', ');
  if (wrong.length > 0) assert.fail(text);
}

/** Throws when the figure is more than it may be. */
export function mustBeWithin(name: string, figure: number, most: number): void {
  assert.ok(figure <= most, `${name} is ${figure} and not within ${most}`);
}
