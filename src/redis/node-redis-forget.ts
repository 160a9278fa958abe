import type { Listener } from './node-redis';

/** A connection of redis 4 to 6 that messages come on. */
export interface HearingConnection {
  getPubSubListeners(type: 'SHARDED'): ShardedListeners;
}

/** Who listens to what, by channel. */
export type ShardedListeners = Map<string, { readonly buffers: Set<Listener>; readonly strings: Set<Listener> }>;

/**
 * On a new connection, redis 5 and 6 subscribe to each sharded channel with a command of its own before they do anything else. When
 * that is more than the socket takes at once, which is some 350 channels, they stop half-way, for ever. So they are made to forget
 * what is ours, which we ask for ourselves; what the client is used for besides stays with it.
 *
 * @returns the channels that it has forgotten
 */
export function forgetChannels(connection: HearingConnection, listener: Listener): string[] {
  return takeOurs(connection.getPubSubListeners('SHARDED'), listener);
}

interface HearingNode {
  readonly pubSub?: { readonly client: HearingConnection } | undefined;
}

/** The same on all connections of a Cluster of redis 5 and 6. */
export function forgetAll({ masters }: { readonly masters: readonly HearingNode[] }, listener: Listener): void {
  for (const { pubSub } of masters) if (pubSub) forgetChannels(pubSub.client, listener);
}

/** Removes the channels that no one but us listens to. @returns them */
export function takeOurs(listeners: ShardedListeners, listener: Listener): string[] {
  const ours = [...listeners].filter(
    ([, { buffers, strings }]) => buffers.has(listener) && buffers.size + strings.size === 1,
  );
  for (const [channel] of ours) listeners.delete(channel);
  return ours.map(([channel]) => channel);
}
