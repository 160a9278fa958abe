import type { AbilityHealth, Degraded, Gap, PubSub } from '../redis/pub-sub';
import type { Peers } from './peers';

/** Whether a node can do its part at this moment. */
export interface AdapterHealth {
  /** Whether what this node sends reaches Redis, and since when it has or has not. */
  publishing: AbilityHealth;
  /** Whether this node hears the others, likewise. */
  receiving: AbilityHealth;
  /** The outage of now, if there is one. */
  outage: Degraded | undefined;
  /** The last outage that is over. */
  lastGap: Gap | undefined;
  /** The uids of the other nodes of this package that were heard of. */
  peers: string[];
  /** How many published nodes there were, when they were last counted; undefined before the first time. */
  publishedNodes: number | undefined;
}

export function healthOf({ connectivity, isConnected }: PubSub, peers: Peers): AdapterHealth {
  const receiving = connectivity.health('receiving');
  const published = peers.recent()?.published;
  return {
    publishing: connectivity.health('publishing'),
    // the client may know before anything else does
    receiving: { ...receiving, works: receiving.works && isConnected },
    outage: connectivity.outage,
    lastGap: connectivity.lastGap,
    peers: peers.names,
    publishedNodes: published && published[5] + published[8],
  };
}
