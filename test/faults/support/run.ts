import assert from 'node:assert/strict';
import type { Fault, Figures } from './fault';
import { Stage } from './stage';
import { runsOn, type Subject } from './subjects';

/** What became of a subject under a fault. */
export interface Outcome {
  figures: Figures;
  /** What did not hold. */
  failure: Error | undefined;
}

export function concerns({ topology = 'standalone', concerns }: Fault, subject: Subject): boolean {
  return runsOn(topology, subject) && (concerns?.(subject) ?? true);
}

/** Makes the fault happen to the subject. */
export async function runFault(fault: Fault, subject: Subject): Promise<Outcome> {
  const stage = new Stage(subject);
  let figures: Figures = {};
  try {
    figures = await fault.run(stage);
    assert.equal(stage.deaths.length, 0);
    fault.mustHold(figures, subject);
    return { figures: { ...figures, died: 0 }, failure: undefined };
  } catch (error) {
    const { deaths } = stage;
    const [death] = deaths;
    const failure = death
      ? new Error(`${deaths.length} processes ended, the first by ${death.cause}`)
      : (error as Error);
    return { figures: { ...figures, died: deaths.length }, failure };
  } finally {
    await stage.end();
  }
}
