import type { Fault } from '../support/fault';
import { blockedEventLoop } from './blocked-event-loop';
import { clientsClosed } from './clients-closed';
import { closedWhileAway, closedWhileFrozen } from './closed-while-away';
import { connectionsKilled } from './connections-killed';
import { daysWorkInFull, twentiethOfADaysWork } from './days-work';
import { clusterMasterKilled, sentinelFailover, slotsMoved } from './failover';
import { FORBIDDEN } from './forbidden';
import { acknowledgementCallbacks, customHooks, serverSideListeners } from './hooks';
import { hostileSizes } from './hostile-sizes';
import { onlooker } from './onlooker';
import { peerClosed, peerFrozen, peerKilled } from './peer-gone';
import { redisAwayAtStart } from './redis-away-at-start';
import { longOutage, redisRestarted } from './redis-killed';
import { rollingRestart } from './rolling-restart';
import { sharedClients } from './shared-clients';
import { silentConnection } from './silent-connection';

/** In the order of the table. */
export const FAULTS: readonly Fault[] = [
  redisRestarted,
  longOutage,
  connectionsKilled,
  redisAwayAtStart,
  peerFrozen,
  peerKilled,
  peerClosed,
  onlooker,
  rollingRestart,
  sharedClients,
  silentConnection,
  ...FORBIDDEN,
  clientsClosed,
  blockedEventLoop,
  sentinelFailover,
  clusterMasterKilled,
  slotsMoved,
  hostileSizes,
  customHooks,
  serverSideListeners,
  acknowledgementCallbacks,
  closedWhileAway,
  closedWhileFrozen,
  twentiethOfADaysWork,
  daysWorkInFull,
];
