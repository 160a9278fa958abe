import type { BroadcastOptions, BroadcastPacket } from '../wire/broadcast';

/**
 * What a node can be told and asked. An adapter offers it, whatever its generation of Socket.IO; the cluster calls it. All of it
 * is about this node's own sockets.
 */
export interface LocalNode {
  /** Sends a packet to the sockets that the options name. */
  deliver(packet: BroadcastPacket, options: BroadcastOptions): void;
  /** Whether a socket is in the room. */
  hasRoom(room: string): boolean;
  /** The ids of the sockets in any of the rooms, or of all sockets when there is none. */
  clientsIn(rooms: readonly string[]): string[];
  /** The names of all rooms. */
  roomNames(): string[];
  /** The rooms of a socket, or undefined when it is not here. */
  roomsOf(sid: string): string[] | undefined;
  /** Makes a socket join a room. @returns false when it is not here */
  join(sid: string, room: string): Promise<boolean>;
  /** Makes a socket leave a room. @returns false when it is not here */
  leave(sid: string, room: string): Promise<boolean>;
  /** Disconnects a socket, and with `close` its connection. @returns false when it is not here */
  disconnect(sid: string, close: boolean): boolean;
  /** What the user's `customHook` answers. It may never answer, and may throw. */
  callCustomHook(data: unknown): Promise<unknown>;
}
