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
 * In version 4, the connection that a Cluster hears on finds back by itself, and the Cluster tells nobody: so it is followed like
 * a client. In later versions it does not, as its options tell.
 *
 * @param resubscribe - called when it has found back
 * @returns a function that stops it
 */
export function followInner(cluster: Cluster, own: OwnNames, resubscribe: () => unknown): () => void {
  let followed: Inner | undefined;
  let stop = () => {};
  let isOver = false;

  const look = () => {
    if (isOver) return;
    const inner = cluster.subscriber?.getInstance?.() ?? undefined;
    if (inner === followed) return;
    stop();
    followed = inner;
    stop = inner && typeof inner.options.retryStrategy === 'function' ? follow(inner, own, resubscribe) : () => {};
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
  const onClose = () => {
    wasClosed = true;
  };
  const onReady = () => {
    if (wasClosed) resubscribe();
    wasClosed = false;
  };
  inner.on('close', onClose);
  inner.on('ready', onReady);
  return () => {
    stopForgetting();
    inner.removeListener('close', onClose);
    inner.removeListener('ready', onReady);
  };
}
