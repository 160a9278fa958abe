import type { Machine } from './machine';
import type { Result } from './results';
import type { SubjectName } from './subjects';

/** Draws the results as SVG: a bar a subject for each scenario, and a line a subject for the number of nodes. */

const WIDTH = 820;
const LEFT = 190;
const RIGHT = 60;
const BAR = 11;
/** What bars end at, as a ratio. */
const LONGEST = 1.5;

const COLORS: Partial<Record<SubjectName, string>> = {
  'raw client': '#b8bec6',
  'ours, static': '#1a7f5a',
  'ours, dynamic': '#5cc28f',
  'ours, sharded dynamic': '#96c11f',
  '8.3.0': '#d1495b',
  '8.3.0 sharded static': '#c77dba',
  '8.3.0 sharded dynamic': '#edae49',
};

interface Panel {
  svg: string;
  height: number;
}

export function plot(results: readonly Result[], machine: Machine): string {
  const scale = results.filter(({ size }) => size > 0);
  const rest = results.filter(({ size }) => size === 0);
  const panels = [...(rest.length > 0 ? [bars(rest)] : []), ...(scale.length > 0 ? [lines(scale)] : []), foot(machine)];
  let top = 10;
  const placed = panels.map(({ svg, height }) => {
    const group = `<g transform="translate(0 ${top})">${svg}</g>`;
    top += height;
    return group;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" font-family="system-ui, sans-serif" font-size="12">`,
    '<title>Benchmarks of socket.io-redis beside the published adapters</title>',
    `<rect width="${WIDTH}" height="${top}" fill="#fff"/>`,
    ...placed,
    '</svg>\n',
  ].join('\n');
}

/** The first figure of each scenario, as a ratio to that of 8.3.0. */
function bars(results: readonly Result[]): Panel {
  const groups = groupBy(results, ({ scenario, client }) => `${scenario}, ${client}`);
  const shown: Result[] = [];
  const rows: string[] = [];
  let y = 62;
  for (const [title, group] of groups) {
    const drawn = group.filter(({ metric, subject }) => metric === group[0]?.metric && subject in COLORS);
    rows.push(text(LEFT - 8, y + (drawn.length * BAR) / 2 + 4, title, 'end'));
    for (const result of drawn) {
      rows.push(bar(y, result, figureOf(drawn, '8.3.0')));
      y += BAR;
    }
    shown.push(...drawn);
    y += 8;
  }
  const x = LEFT + length(1);
  const mark = `<line x1="${x}" x2="${x}" y1="56" y2="${y}" stroke="#d1495b" stroke-dasharray="3 3"/>`;
  const head = [
    title('Cost beside @socket.io/redis-adapter 8.3.0 (= 1), same client: shorter is better'),
    legend(shown),
  ];
  return { svg: [...head, ...rows, mark].join('\n'), height: y + 12 };
}

function bar(y: number, { subject, value, unit }: Result, baseline: number): string {
  const width = length(Math.min(LONGEST, value / baseline));
  const label = text(LEFT + width + 4, y + BAR - 2, `${value.toPrecision(3)} ${unit}`, 'start', 9);
  return `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" fill="${COLORS[subject]}"/>${label}`;
}

function length(ratio: number): number {
  return Math.max(1, Math.round(((WIDTH - LEFT - RIGHT) * ratio) / LONGEST));
}

/** CPU of a node by the number of nodes. */
function lines(results: readonly Result[]): Panel {
  const cpu = results.filter(({ metric, subject }) => metric === 'node CPU' && subject in COLORS);
  const [top, bottom] = [70, 300];
  const mostNodes = Math.max(...cpu.map(({ size }) => size));
  const mostCpu = Math.max(...cpu.map(({ value }) => value));
  const x = (size: number) => Math.round(LEFT + ((WIDTH - LEFT - RIGHT) * size) / mostNodes);
  const y = (value: number) => Math.round(bottom - ((bottom - top) * value) / mostCpu);

  const grid = [0, 0.5, 1].map((share) => {
    const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share * mostCpu)}" y2="${y(share * mostCpu)}" stroke="#ddd"/>`;
    return line + text(LEFT - 8, y(share * mostCpu) + 4, `${(share * mostCpu).toFixed(1)} µs`, 'end');
  });
  const ticks = [...new Set(cpu.map(({ size }) => size))].map((size) =>
    text(x(size), bottom + 18, `${size} nodes`, 'middle'),
  );
  const curves = [...groupBy(cpu, ({ subject }) => subject)].map(([subject, points]) => {
    const path = points.map(({ size, value }) => `${x(size)},${y(value)}`).join(' ');
    const dots = points.map(({ size, value }) => `<circle cx="${x(size)}" cy="${y(value)}" r="3"/>`).join('');
    const color = COLORS[subject];
    return `<g fill="${color}"><polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots}</g>`;
  });
  const head = [title('CPU of each node per message to one of 1,000 rooms, by the number of nodes'), legend(cpu)];
  return { svg: [...head, ...grid, ...ticks, ...curves].join('\n'), height: bottom + 40 };
}

function foot({ description, versions }: Machine): Panel {
  const main = ['Node.js', 'Redis', 'socket.io'].map((name) => `${name} ${versions[name]}`).join(', ');
  return { svg: text(LEFT, 8, `${description}; ${main}`, 'start', 10), height: 20 };
}

function title(words: string): string {
  return `<text x="${LEFT}" y="18" font-size="14" font-weight="600" fill="#222">${escaped(words)}</text>`;
}

function legend(results: readonly Result[]): string {
  const present = new Set(results.map(({ subject }) => subject));
  const names = Object.entries(COLORS).filter(([name]) => present.has(name as SubjectName));
  let x = LEFT;
  let y = 32;
  const entries = names.map(([name, color]) => {
    const width = 30 + name.length * 6;
    if (x + width > WIDTH) [x, y] = [LEFT, y + 14];
    const entry = `<rect x="${x}" y="${y}" width="10" height="10" fill="${color}"/>${text(x + 14, y + 9, name, 'start', 11)}`;
    x += width;
    return entry;
  });
  return entries.join('');
}

function groupBy<K>(results: readonly Result[], keyOf: (result: Result) => K): Map<K, Result[]> {
  const groups = new Map<K, Result[]>();
  for (const result of results) groups.set(keyOf(result), [...(groups.get(keyOf(result)) ?? []), result]);
  return groups;
}

function figureOf(results: readonly Result[], subject: SubjectName): number {
  return results.find((result) => result.subject === subject)?.value ?? Number.NaN;
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', size = 12): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="#444">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
