import { channel } from 'node:diagnostics_channel';

/**
 * What a node tells of itself through `node:diagnostics_channel`, each event on the channel `socket.io-redis:` and its name.
 * Every message has these fields, and those of its event.
 */
export interface TelemetryMessage {
  /** The namespace's name. */
  nsp: string;
  /** The node. */
  uid: string;
}

export interface TelemetryEvents {
  /** A message was handed to Redis. */
  published: { channel: string; bytes: number };
  /** A broadcast of another node is delivered to sockets of this one. */
  received: Record<never, never>;
  /** A broadcast of this node came back. */
  echo: Record<never, never>;
  /** A payload that no peer would send. */
  dropped: { channel: DroppedKind; reason: unknown };
  /** A message could not be sent. */
  lost: { channel: string; error: Error };
  /** A request has come to its end. */
  request: { type: string; outcome: RequestOutcome; duration: number };
  degraded: { since: number; reason: string };
  restored: { gap: number };
  /** The watchdog has ended a client's connection, for it to make another. */
  reconnected: Record<never, never>;
}

export type DroppedKind = 'broadcast' | 'request' | 'response';
export type RequestOutcome = 'answered' | 'timedOut' | 'failed';

const CHANNELS = {
  published: channel('socket.io-redis:published'),
  received: channel('socket.io-redis:received'),
  echo: channel('socket.io-redis:echo'),
  dropped: channel('socket.io-redis:dropped'),
  lost: channel('socket.io-redis:lost'),
  request: channel('socket.io-redis:request'),
  degraded: channel('socket.io-redis:degraded'),
  restored: channel('socket.io-redis:restored'),
  reconnected: channel('socket.io-redis:reconnected'),
} satisfies Record<keyof TelemetryEvents, unknown>;

/** Tells whoever has subscribed. @param details - called only if somebody has: without, it costs a look-up */
export function tell<E extends keyof TelemetryEvents>(
  event: E,
  { nsp, uid }: TelemetryMessage,
  details: () => TelemetryEvents[E],
): void {
  const to = CHANNELS[event];
  if (to.hasSubscribers) to.publish({ nsp, uid, ...details() });
}
