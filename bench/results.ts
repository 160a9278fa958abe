import type { ClientName } from './clients';
import { baselineOf, type Group } from './runner';
import type { Metric, Sample, Target } from './scenario';
import { median } from './statistics';
import type { SubjectName } from './subjects';

/** One figure of one subject. */
export interface Result {
  scenario: string;
  client: ClientName;
  size: number;
  subject: SubjectName;
  metric: string;
  unit: Metric['unit'];
  /** The median of all samples. */
  value: number;
  lowest: number;
  highest: number;
  /** The median of the ratios to those samples of the baseline that were measured next to them. */
  ratio: number | undefined;
  baseline: SubjectName;
  /** What was to be reached, and whether it was. */
  target?: { ratio: number; met: boolean };
}

export function resultsOf(group: Group): Result[] {
  const { scenario, client, size, samples } = group;
  return [...samples].flatMap(([subject, own]) =>
    scenario.metrics.map(({ name: metric, unit }) => {
      const values = own.map((sample) => sample[metric] ?? Number.NaN);
      const target = scenario.targets.find((one) => concerns(one, subject, metric, client));
      const baseline = target?.baseline ?? baselineOf(subject);
      const ratio = subject === baseline ? undefined : ratioOf(own, samples.get(baseline), metric);
      const figures = { value: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
      const reached = target && ratio !== undefined && { target: { ratio: target.ratio, met: isMet(ratio, target) } };
      return { scenario: scenario.name, client, size, subject, metric, unit, ...figures, ratio, baseline, ...reached };
    }),
  );
}

/** Half a percent is noise. */
function isMet(ratio: number, target: Target): boolean {
  return ratio <= 1.005 * target.ratio;
}

function concerns(target: Target, subject: SubjectName, metric: string, client: ClientName): boolean {
  const { clients = '' } = target;
  return target.subject === subject && target.metric === metric && client.startsWith(clients);
}

function ratioOf(own: readonly Sample[], baseline: readonly Sample[] | undefined, metric: string): number | undefined {
  const ratios = own.map((sample, i) => (sample[metric] ?? Number.NaN) / (baseline?.[i]?.[metric] ?? Number.NaN));
  const known = ratios.filter(Number.isFinite);
  return known.length > 0 ? median(known) : undefined;
}
