import { forgetOwnNames, type OwnNames } from './ioredis-forget';

interface Emitter {
  on(event: string, listener: () => void): unknown;
  removeListener(event: string, listener: () => void): unknown;
}

/** The connection of a Cluster that messages come on; private, and the same in versions 4 to 6. */
interface Inner extends Emitter {
  readonly options: { readonly retryStrategy?: unknown };
}

interface Cluster extends Emitter {
  readonly subscriber?: { getInstance?(): Inner | null };
}

/**
 * The Cluster tells nobody that the connection which it hears on was lost. In version 4, that finds back by itself, and so is followed
 * like a client. In later versions it does not, as its options tell, and another one takes its place.
 *
 * @param resubscribe - called when it has found back, or been replaced
 * @returns a function that stops it
 */
export function followInner(cluster: Cluster, own: OwnNames, resubscribe: () => unknown): () => void {
  let followed: Inner | undefined;
  let stop = () => {};
  let isOver = false;
  let isLost = false;

  const onEnd = () => {
    isLost = true;
    lookSoon();
  };
  const onReady = () => {
    if (isLost) resubscribe();
    isLost = false;
  };
  const look = () => {
    if (isOver) return;
    const inner = cluster.subscriber?.getInstance?.() ?? undefined;
    if (inner === followed) return;
    stop();
    followed = inner;
    if (!inner) stop = () => {};
    else if (typeof inner.options.retryStrategy === 'function') stop = follow(inner, own, resubscribe);
    else stop = listen(inner, { end: onEnd, ready: onReady });
  };
  // the Cluster picks another one right after it has told
  const lookSoon = () => process.nextTick(look);
  look();
  cluster.on('+node', lookSoon);
  cluster.on('-node', lookSoon);
  return () => {
    cluster.removeListener('+node', lookSoon);
    cluster.removeListener('-node', lookSoon);
    isOver = true;
    stop();
  };
}

function follow(inner: Inner, own: OwnNames, resubscribe: () => unknown): () => void {
  const stopForgetting = forgetOwnNames(inner, own);
  let wasClosed = false;
  const stopListening = listen(inner, {
    close: () => {
      wasClosed = true;
    },
    ready: () => {
      if (wasClosed) resubscribe();
      wasClosed = false;
    },
  });
  return () => {
    stopForgetting();
    stopListening();
  };
}

/** @returns a function that removes the listeners again */
function listen(emitter: Emitter, listeners: Record<string, () => void>): () => void {
  for (const [event, listener] of Object.entries(listeners)) emitter.on(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) emitter.removeListener(event, listener);
  };
}
