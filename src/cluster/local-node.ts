import type { BroadcastOptions, BroadcastPacket } from '../wire/broadcast';
import type { Room, SocketDetails, Targets } from '../wire/messages';

/**
 * What a node can be told and asked. An adapter offers it, whatever its generation of Socket.IO; the cluster calls it. All of it
 * is about this node's own sockets.
 */
export interface LocalNode {
  /** Whether a packet's JSON is enough to deliver it. */
  readonly takesJson: boolean;
  /** Sends a packet to the sockets that the options name. */
  deliver(packet: BroadcastPacket, options: BroadcastOptions): void;
  /**
   * Likewise, and calls back with the number of these sockets, then with the first argument of whatever each of them
   * acknowledges the packet with.
   *
   * @param onCount - `forget` is to be called when nobody waits any longer: a socket keeps what is not acknowledged for as long as
   * it is there
   */
  deliverWithAcknowledgement(
    packet: BroadcastPacket,
    options: BroadcastOptions,
    onCount: (clients: number, forget: () => void) => void,
    onAnswer: (value: unknown) => void,
  ): void;
  /** Whether a socket is in the room, given as it stands in a channel's name. */
  hasRoom(room: string): boolean;
  /** The ids of the sockets in any of the rooms, or of all sockets when there is none. */
  clientsIn(rooms: readonly Room[]): string[];
  /** The names of all rooms. */
  roomNames(): string[];
  roomSizes(): [room: string, sockets: number][];
  /** The rooms of a socket, or undefined when it is not here. */
  roomsOf(sid: string): string[] | undefined;
  /** Makes a socket join a room. @returns false when it is not here */
  join(sid: string, room: string): Promise<boolean>;
  /** Makes a socket leave a room. @returns false when it is not here */
  leave(sid: string, room: string): Promise<boolean>;
  /** Disconnects a socket, and with `close` its connection. @returns false when it is not here */
  disconnect(sid: string, close: boolean): boolean;
  fetch(targets: Targets): SocketDetails[];
  count(targets: Targets): number;
  joinAll(targets: Targets, rooms: readonly Room[]): Promise<void>;
  leaveAll(targets: Targets, rooms: readonly Room[]): Promise<void>;
  disconnectAll(targets: Targets, close: boolean): void;
  /** What the user's `customHook` answers. It may never answer, and may throw. */
  callCustomHook(data: unknown): Promise<unknown>;
  /** Hands over an event for the server itself. @param answer - given when an acknowledgement is wanted */
  receiveEvent(args: readonly [event: string, ...args: unknown[]], answer?: (value: unknown) => void): void;
}
