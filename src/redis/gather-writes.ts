import type { Writable } from 'node:stream';

/**
 * Holds back what a connection writes until the event loop has dealt with what it has in hand: it goes out in one piece then, in
 * the same order, and takes Redis one read.
 *
 * @param stream - undefined while there is no connection
 */
export function gatherWrites(stream: Writable | undefined): void {
  if (!stream || stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
