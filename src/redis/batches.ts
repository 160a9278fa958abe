import { bySlot } from './slots';

/** Names in one SUBSCRIBE or UNSUBSCRIBE: enough to spare commands, few enough not to hold Redis up. */
const BATCH = 1000;

/**
 * Parts what one command can be about from the rest.
 *
 * @param perSlot - whether a command may only name channels of one slot of a Cluster, each of which a node of its own may have: what
 * becomes of one batch says nothing of the others
 */
export function inBatches<T>(items: readonly T[], perSlot: boolean, nameOf: (item: T) => string): T[][] {
  const groups = perSlot ? bySlot(items, nameOf) : [items];
  return groups.flatMap((group) => {
    const batches: T[][] = [];
    for (let start = 0; start < group.length; start += BATCH) batches.push(group.slice(start, start + BATCH));
    return batches;
  });
}
