import type { Machine } from './machine';
import { type Result, resultsOf } from './results';
import { type Group, type Measured, titleOf } from './runner';

export function textReport({ groups, skipped }: Measured, machine: Machine): string {
  const sections = groups.map((group) => section(group));
  const reasons = [...skipped].map(([subject, reason]) => `${subject}: skipped, ${reason}`);
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const head = [machine.description, versions.join(', ')];
  return [...head, ...reasons, ...sections].join('\n');
}

export function jsonReport({ groups, skipped }: Measured, machine: Machine): string {
  return JSON.stringify({ machine, skipped: Object.fromEntries(skipped), results: groups.flatMap(resultsOf) }, null, 2);
}

function section(group: Group): string {
  const { metrics, title } = group.scenario;
  const results = resultsOf(group);
  const head = ['', ...metrics.flatMap(({ name, unit }) => [`${name} ${unit}`, 'ratio (19 in 20)']), ''];
  const rows = [...group.samples.keys()].map((subject) => {
    const own = results.filter((result) => result.subject === subject);
    return [
      subject,
      ...own.flatMap((result) => [format(result), formatRatio(result)]),
      own.flatMap(verdict).join('; '),
    ];
  });
  return ['', title, `  ${titleOf(group)}`, ...table([head, ...rows])].join('\n');
}

function format({ value, unit }: Result): string {
  if (unit === 'bytes') return value.toFixed(0);
  return value.toFixed(value < 10 ? 2 : 1);
}

function formatRatio({ ratio, bounds }: Result): string {
  if (ratio === undefined) return '1';
  const [low, high] = (bounds ?? []).map((bound) => bound.toFixed(2));
  return `${ratio.toFixed(2)} (${low}–${high})`;
}

function verdict({ target, metric, baseline }: Result): string[] {
  if (!target) return [];
  const noise = target.decided ? '' : ', within the noise';
  return [`${metric} ≤ ${target.ratio} of ${baseline}: ${target.met ? 'met' : 'NOT met'}${noise}`];
}

/** Columns, of which the first and the last are texts, and the others numbers. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0 || i === row.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
