// it has no types
const calculateSlot: (key: string) => number = require('cluster-key-slot');

/** By the slot of a Redis Cluster that each one's channel belongs to. */
export function bySlot<T>(items: readonly T[], channelOf: (item: T) => string): T[][] {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const slot = calculateSlot(channelOf(item));
    const group = groups.get(slot);
    if (group) group.push(item);
    else groups.set(slot, [item]);
  }
  return [...groups.values()];
}

/** Those of the channels that belong to these slots. */
export function inSlots(channels: readonly string[], slots: ReadonlySet<number>): string[] {
  return channels.filter((channel) => slots.has(calculateSlot(channel)));
}

const SLOTS = 16384;
/** As many as most Clusters have shards, or more: each has a range of slots. */
const RANGES = 16;

/**
 * Channels with that name, each in another range of slots, so that every shard of an evenly divided Cluster has one; a single one
 * where a hash tag in the name, which a prefix may have, puts all of them in the same slot.
 */
export function spread(name: string): string[] {
  if (calculateSlot(`${name}{0}`) === calculateSlot(`${name}{1}`)) return [name];
  const names = new Map<number, string>();
  for (let i = 0; names.size < RANGES; i++) {
    const candidate = `${name}{${i}}`;
    const range = Math.floor((calculateSlot(candidate) * RANGES) / SLOTS);
    if (!names.has(range)) names.set(range, candidate);
  }
  return [...names.values()];
}
