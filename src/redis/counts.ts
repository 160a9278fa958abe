/** Reads the flat reply of PUBSUB NUMSUB: name, count, name, count … */
export function readCounts(reply: unknown): number[] {
  if (!Array.isArray(reply)) throw new TypeError('PUBSUB NUMSUB gave no list');
  return reply.filter((_, i) => i % 2 === 1).map(Number);
}

/** Adds up what the nodes of a Cluster counted, channel by channel. */
export function sumCounts(counts: readonly (readonly number[])[]): number[] {
  const [first = [], ...others] = counts;
  return others.reduce<number[]>((sums, next) => sums.map((sum, i) => sum + (next[i] ?? 0)), [...first]);
}
