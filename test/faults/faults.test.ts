import { describe, it } from 'node:test';
import { FAULTS } from './cases';
import { concerns, runFault } from './support/run';
import { isOurs, nameOf, SUBJECTS } from './support/subjects';

/** One client of each family; `npm run test:faults` has them all, and the published adapters beside them. */
const QUICK = ['ours on Socket.IO 2, its own client', 'ours on Socket.IO 4, ioredis 6'];

const subjects = SUBJECTS.filter((subject) => isOurs(subject) && QUICK.includes(nameOf(subject)));

for (const fault of FAULTS.filter(({ long }) => !long)) {
  describe(fault.name, () => {
    for (const subject of subjects.filter((subject) => concerns(fault, subject))) {
      it(`does ${nameOf(subject)} no harm`, async () => {
        const { failure } = await runFault(fault, subject);
        if (failure) throw failure;
      });
    }
  });
}
