export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** How often the true median may lie below its bounds, and how often above. */
const OUTSIDE = 0.025;

/**
 * Between which of the values the true median lies, in 19 of 20 cases (the interval of the sign test): as many values lie below it as a
 * coin falls on one side. With fewer than 6 values, the lowest and the highest, which hold it less often.
 */
export function medianBounds(values: readonly number[]): [low: number, high: number] {
  const sorted = ascending(values);
  const count = sorted.length;
  let cut = 0;
  let chance = 0.5 ** count;
  let below = chance;
  while (below <= OUTSIDE) {
    cut += 1;
    chance *= (count - cut + 1) / cut;
    below += chance;
  }
  const lowest = Math.max(0, cut - 1);
  return [sorted[lowest] ?? Number.NaN, sorted[count - 1 - lowest] ?? Number.NaN];
}

/** @param share - from 0 to 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
