import assert from 'node:assert/strict';
import { test } from 'node:test';
import { medianBounds } from '../../../bench/statistics';

// by the tables of the sign test, at 95 %
const RANKS = [
  { count: 1, low: 1, high: 1 },
  { count: 5, low: 1, high: 5 },
  { count: 6, low: 1, high: 6 },
  { count: 9, low: 2, high: 8 },
  { count: 10, low: 2, high: 9 },
  { count: 16, low: 4, high: 13 },
  { count: 25, low: 8, high: 18 },
  { count: 100, low: 40, high: 61 },
];

for (const { count, low, high } of RANKS) {
  test(`of ${count} values, the median lies between number ${low} and number ${high}`, () => {
    const falling = Array.from({ length: count }, (_, i) => count - i);
    assert.deepEqual(medianBounds(falling), [low, high]);
  });
}

test('nothing lies between the bounds of no values', () => {
  assert.deepEqual(medianBounds([]), [Number.NaN, Number.NaN]);
});
