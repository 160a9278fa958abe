// it has no types
const calculateSlot: (key: string) => number = require('cluster-key-slot');

/** The channels by the slot of a Redis Cluster that each belongs to: a command about sharded channels may name those of one. */
export function bySlot(channels: readonly string[]): string[][] {
  const groups = new Map<number, string[]>();
  for (const channel of channels) {
    const slot = calculateSlot(channel);
    const group = groups.get(slot);
    if (group) group.push(channel);
    else groups.set(slot, [channel]);
  }
  return [...groups.values()];
}
