import type { Outcome } from './run';

const GAP = '  ';

/** What a fault did to one adapter. */
export interface Row {
  subject: string;
  outcome: Outcome;
}

/** Prints what a fault did to each adapter. */
export function printFault(fault: string, rows: readonly Row[]): void {
  const columns = [...new Set(rows.flatMap(({ outcome }) => Object.keys(outcome.figures)))];
  const head = ['', '', ...columns.map(spaced)];
  const cells = rows.map(({ subject, outcome: { figures, failure } }) => [
    subject,
    failure ? 'NO' : 'holds',
    ...columns.map((column) => String(figures[column] ?? '–')),
  ]);
  console.log(`\n${fault}\n`);
  printAligned([head, ...cells]);
  for (const { subject, outcome } of rows) {
    if (outcome.failure) console.log(`  ${subject}: ${firstLines(outcome.failure)}`);
  }
}

/** Prints which adapter held under which fault. */
export function printSummary(rowsOf: ReadonlyMap<string, readonly Row[]>): void {
  const subjects = [...new Set([...rowsOf.values()].flatMap((rows) => rows.map(({ subject }) => subject)))];
  console.log(`\nAll faults: + holds, - does not\n`);
  subjects.forEach((subject, i) => {
    console.log(`  ${'|'.repeat(i)}${subject}`);
  });
  for (const [fault, rows] of rowsOf) {
    const marks = subjects.map((name) => {
      const row = rows.find(({ subject }) => subject === name);
      return row ? (row.outcome.failure ? '-' : '+') : ' ';
    });
    console.log(`  ${marks.join('')}  ${fault}`);
  }
}

function printAligned(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  for (const [name = '', ...cells] of rows) {
    const aligned = cells.map((cell, i) => cell.padStart(widths[i + 1] ?? 0));
    console.log(`  ${[name.padEnd(widths[0] ?? 0), ...aligned].join(GAP)}`);
  }
}

/** `remoteLost` → `remote lost` */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function firstLines({ message }: Error): string {
  return message.split('\n').slice(0, 12).join(' ').replace(/\s+/g, ' ');
}
