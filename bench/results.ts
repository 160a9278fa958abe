import type { ClientName } from './clients';
import { baselineOf, type Group } from './runner';
import type { Metric, Sample, Target } from './scenario';
import { median, medianBounds } from './statistics';
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
  /** Between which ratios the true median lies, in 19 of 20 cases. */
  bounds: [low: number, high: number] | undefined;
  baseline: SubjectName;
  /** What was to be reached, and whether it was; `decided` if all within the bounds says the same. */
  target?: { ratio: number; met: boolean; decided: boolean };
}

export function resultsOf(group: Group): Result[] {
  const { scenario, client, size, samples } = group;
  return [...samples].flatMap(([subject, own]) =>
    scenario.metrics.map(({ name: metric, unit }) => {
      const values = own.map((sample) => sample[metric] ?? Number.NaN);
      const target = scenario.targets.find((one) => concerns(one, subject, metric, client));
      const baseline = target?.baseline ?? baselineOf(subject);
      const ratios = subject === baseline ? [] : ratiosOf(own, samples.get(baseline), metric);
      const figures = { value: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
      const about = { scenario: scenario.name, client, size, subject, metric, unit };
      return { ...about, ...figures, ...compared(ratios, target), baseline };
    }),
  );
}

function compared(ratios: readonly number[], target: Target | undefined): Pick<Result, 'ratio' | 'bounds' | 'target'> {
  if (ratios.length === 0) return { ratio: undefined, bounds: undefined };
  const ratio = median(ratios);
  const bounds = medianBounds(ratios);
  if (!target) return { ratio, bounds };
  const met = isMet(ratio, target);
  const decided = bounds.every((bound) => isMet(bound, target) === met);
  return { ratio, bounds, target: { ratio: target.ratio, met, decided } };
}

/** Half a percent is noise. */
function isMet(ratio: number, target: Target): boolean {
  return ratio <= 1.005 * target.ratio;
}

function concerns(target: Target, subject: SubjectName, metric: string, client: ClientName): boolean {
  const { clients = '' } = target;
  return target.subject === subject && target.metric === metric && client.startsWith(clients);
}

function ratiosOf(own: readonly Sample[], baseline: readonly Sample[] | undefined, metric: string): number[] {
  const ratios = own.map((sample, i) => (sample[metric] ?? Number.NaN) / (baseline?.[i]?.[metric] ?? Number.NaN));
  return ratios.filter(Number.isFinite);
}
