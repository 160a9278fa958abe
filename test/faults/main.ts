/**
 * Makes every fault happen to every adapter, and prints what it did:
 *
 *   npm run test:faults                    all of it
 *   npm run test:faults -- killed ours     the faults and adapters whose names hold one of the words, if any does
 *
 * Ours must hold. What the published adapters do is there to compare.
 */
import { FAULTS } from './cases';
import { concerns, runFault } from './support/run';
import { isOurs, nameOf, SUBJECTS } from './support/subjects';
import { printFault, printSummary, type Row } from './support/table';

async function main(words: readonly string[]): Promise<void> {
  const rowsOf = new Map<string, readonly Row[]>();
  for (const fault of chosen(FAULTS, words, ({ name }) => name)) {
    const rows: Row[] = [];
    for (const subject of chosen(SUBJECTS, words, nameOf).filter((subject) => concerns(fault, subject))) {
      const outcome = await runFault(fault, subject);
      rows.push({ subject: nameOf(subject), outcome });
      if (isOurs(subject) && outcome.failure) process.exitCode = 1;
    }
    printFault(fault.name, rows);
    rowsOf.set(fault.name, rows);
  }
  printSummary(rowsOf);
}

/** Those whose names hold one of the words; all of them, when no name does. */
function chosen<T>(all: readonly T[], words: readonly string[], nameOf: (one: T) => string): readonly T[] {
  const some = all.filter((one) => words.some((word) => nameOf(one).includes(word)));
  return some.length > 0 ? some : all;
}

void main(process.argv.slice(2));
