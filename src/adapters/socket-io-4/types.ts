import type { BroadcastOptions as SocketIoOptions } from 'socket.io-adapter';

/** What is needed of Socket.IO 4's classes; structural, since any version from 4.3.1 on will do. */

export interface Namespace4 {
  readonly name: string;
  readonly server: {
    readonly opts?: { readonly connectionStateRecovery?: unknown; readonly parser?: unknown };
    readonly encoder: { encode(packet: object): (string | Uint8Array)[] };
  };
  readonly sockets: ReadonlyMap<string, Socket4>;
  /** The id of its next packet that is to be acknowledged. */
  _ids: number;
  readonly adapter?: unknown;
  _onServerSideEmit(args: unknown[]): void;
}

export interface Socket4 {
  readonly id: string;
  readonly handshake: object;
  readonly rooms: ReadonlySet<string>;
  readonly data: unknown;
  /** Who is to be called with the acknowledgement of a packet. */
  readonly acks: Map<number, unknown>;
  readonly client: { writeToEngine(encoded: readonly (string | Uint8Array)[], options: PacketOptions): void };
  /** Since Socket.IO 4.5. */
  notifyOutgoingListeners?(packet: object): void;
  join(rooms: string | string[]): Promise<void> | void;
  leave(room: string): Promise<void> | void;
  disconnect(close?: boolean): unknown;
}

/** What Engine.IO is told about a packet. */
export interface PacketOptions {
  preEncoded: true;
  volatile: boolean | undefined;
  compress: boolean | undefined;
  /** The pieces of the frame that a WebSocket is to write as they are. */
  wsPreEncodedFrame?: Buffer[];
}

export type { SocketIoOptions };
