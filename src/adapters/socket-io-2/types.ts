import type { EventEmitter } from 'node:events';

/** What is needed of Socket.IO 2's classes, which have no types of their own. */

export interface Namespace2 {
  readonly name: string;
  readonly server: Server2;
  readonly connected: Record<string, Socket2>;
  readonly adapter?: unknown;
  /** The next id of a packet that asks for an acknowledgement. */
  ids: number;
}

export interface Server2 {
  readonly encoder: Encoder2;
}

/** socket.io-parser 3. It calls back before it returns. */
export interface Encoder2 {
  encode(packet: object, callback: (encodedPackets: unknown[]) => void): void;
}

export interface Socket2 {
  readonly id: string;
  readonly handshake: object;
  /** Who is to be called with the acknowledgement of a packet. */
  readonly acks: Record<number, (...args: unknown[]) => void>;
  join(room: string, callback: (error?: Error | null) => void): unknown;
  leave(room: string, callback: (error?: Error | null) => void): unknown;
  disconnect(close: boolean): unknown;
  packet(encodedPackets: unknown[], options: object): unknown;
}

/** socket.io-adapter 1.x. */
export interface BaseAdapter extends EventEmitter {
  readonly nsp: Namespace2;
  readonly encoder: Encoder2;
}

/** The callbacks of Socket.IO 2. */
export type Callback<T = void> = (error: Error | null, value: T) => void;
