import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';

interface Locked {
  engines?: { node?: string };
}

const root = dirname(require.resolve('socket.io-redis/package.json'));
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

describe('npm ci', () => {
  test('warns of no package that wants another Node.js than this one does', () => {
    const lowest = Number(/^>=(\d+)$/.exec(packages['']?.engines?.node ?? '')?.[1]);
    assert.ok(lowest > 0, 'the lowest Node.js is found');
    const wanting = Object.entries(packages).filter(([, { engines }]) => !admits(engines?.node ?? '*', lowest));
    assert.deepEqual(
      wanting.map(([path, { engines }]) => `${path}: ${engines?.node}`),
      [],
    );
  });
});

/** Whether some Node.js of this major version is in the range. */
function admits(range: string, major: number): boolean {
  return range.split('||').some((alternative) => {
    const [, comparator, number] = /^\s*(\^|>=|~)?\s*v?(\d+|\*)/.exec(alternative) ?? [];
    if (number === '*') return true;
    return comparator === '>=' ? Number(number) <= major : Number(number) === major;
  });
}
