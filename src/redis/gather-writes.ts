import type { Writable } from 'node:stream';

/** Connections that have been written to in this turn of the event loop. */
const busy = new WeakSet<Writable>();

/**
 * To be called before each write: what a connection writes in one turn of the event loop then goes out in one piece, in the same
 * order, and takes Redis one read. The first write alone is not held back, so that a single message waits for nothing.
 *
 * @param stream - undefined while there is no connection
 */
export function gatherWrites(stream: Writable | undefined): void {
  if (!stream || stream.writableCorked > 0) return;
  if (busy.has(stream)) {
    stream.cork();
    return;
  }
  busy.add(stream);
  setImmediate(() => {
    busy.delete(stream);
    stream.uncork();
  });
}
