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

/** Reads the reply of PUBSUB CHANNELS. */
export function readChannels(reply: unknown): string[] {
  if (!Array.isArray(reply)) throw new TypeError('PUBSUB CHANNELS gave no list');
  return reply.map(String);
}

/** Puts together what the nodes of a Cluster listed. */
export function mergeChannels(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}
