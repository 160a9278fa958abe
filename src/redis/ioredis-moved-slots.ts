import type { IoredisCluster } from './ioredis';

/** Milliseconds from when the client has asked where the slots are, to when it is made to ask again. */
const ASKS_AGAIN_AFTER_MS = [20, 100, 500, 2000];

/** How version 5 tells of the notice that a slot has moved, which it has not asked for. */
const UNPLACED = 'Command queue state error';

/**
 * When Redis ends subscriptions because their slot has moved, ioredis 6 asks any node where the slots are now, and version 5
 * none. A node that has not heard of it yet says what it said before, and the client leaves it at that, deaf: so it is made to
 * ask again a few times. Once it sees a change, it subscribes by itself; but a new owner that has not heard of it either
 * refuses, and then the client does not try again, nor tell.
 *
 * @param lostIn - told of the slots that have moved, once the others have had the time to hear of it
 * @returns a function that stops it
 */
export function followMovedSlots(cluster: IoredisCluster, lostIn: (slots: ReadonlySet<number>) => void): () => void {
  const owners = cluster.slots.map((nodes) => nodes[0]);
  let moved = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let isOwn = false;

  function askAgain(times: number): void {
    clearTimeout(timer);
    isOwn = false;
    const after = ASKS_AGAIN_AFTER_MS[times];
    if (after === undefined) {
      if (moved.size > 0) lostIn(moved);
      moved = new Set();
      return;
    }
    timer = setTimeout(() => {
      isOwn = true;
      cluster.refreshSlotsCache(() => {
        // unless it has begun anew meanwhile
        if (isOwn) askAgain(times + 1);
      });
    }, after).unref();
  }

  const onRefresh = () => {
    cluster.slots.forEach(([owner], slot) => {
      // it was not known before the client was connected
      if (owners[slot] !== undefined && owners[slot] !== owner) moved.add(slot);
      owners[slot] = owner;
    });
    if (!isOwn) askAgain(0);
  };
  const onNodeError = (error: Error) => {
    // while a node is away, the client goes on asking by itself, and each time tries to connect: so not before that is over
    askAgain(error.message.startsWith(UNPLACED) ? 0 : ASKS_AGAIN_AFTER_MS.length - 1);
  };
  cluster.on('refresh', onRefresh);
  cluster.on('nodeError', onNodeError);
  return () => {
    clearTimeout(timer);
    isOwn = false;
    cluster.removeListener('refresh', onRefresh);
    cluster.removeListener('nodeError', onNodeError);
  };
}
