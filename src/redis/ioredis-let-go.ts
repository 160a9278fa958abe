import type { EventEmitter } from 'node:events';
import type { IoredisCluster } from './ioredis';

/** The connections of a Cluster that sharded messages come on; private, and the same in versions 5 and 6. */
interface WithGroup {
  readonly shardedSubscribers?: {
    readonly shardedSubscribers?: ReadonlyMap<string, { getInstance(): EventEmitter | null }>;
    isResetting?: boolean;
  };
  /** What they tell the Cluster by. */
  readonly subscriberGroupEmitter?: EventEmitter;
}

const watched = new WeakSet<EventEmitter>();

/**
 * When ioredis lets go of such a connection, it takes all listeners off it, and the connection closes later. Until then, version 5
 * makes an error of each notice that a slot has moved, and one that nobody listens to ends the process. And of one that was
 * connecting, neither version sees the end, for which it waits before it makes others: for ever, unless told that it is over.
 *
 * When the Cluster ends, as with a `clusterRetryStrategy` that gives up, it stops listening to all of them, and goes on not to
 * when it is connected anew: so it is made to.
 *
 * @returns a function that stops it
 */
export function surviveLettingGo(cluster: IoredisCluster): () => void {
  const { shardedSubscribers: group, subscriberGroupEmitter: emitter } = cluster as WithGroup;
  const heard = (emitter?.eventNames() ?? []).map((event) => [event, emitter?.listeners(event)[0]] as const);
  const watch = () => {
    for (const subscriber of group?.shardedSubscribers?.values() ?? []) {
      const connection = subscriber.getInstance();
      if (!connection || watched.has(connection)) continue;
      watched.add(connection);
      connection.on('removeListener', (event) => {
        // once all of them have been taken off
        if (event === 'error') process.nextTick(() => connection.on('error', () => {}));
      });
    }
  };
  const onClose = () => {
    // it has let go of all of them
    if (group?.isResetting) group.isResetting = false;
  };
  const onConnecting = () => {
    for (const [event, listener] of heard) {
      if (emitter?.listenerCount(event) === 0) emitter.on(event, listener as () => void);
    }
  };
  watch();
  cluster.on('connecting', onConnecting);
  cluster.on('+subscriber', watch);
  cluster.on('close', onClose);
  return () => {
    cluster.removeListener('connecting', onConnecting);
    cluster.removeListener('+subscriber', watch);
    cluster.removeListener('close', onClose);
  };
}
