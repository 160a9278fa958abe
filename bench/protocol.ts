import type { ClientName } from './clients';
import type { SubjectName } from './subjects';

/** What the benchmark and the processes of its nodes say to each other. */

/** The event that all traffic is made of; its name is how a recording finds it. */
export const EVENT = 'bench-news';

/** The room that messages are for. Names of other rooms are as long, so that a recorded message can be readdressed. */
export const ROOM = 'room-0000';

/** A room with a socket that tells the benchmark of what it gets: what was sent before has been dealt with then. */
export const BARRIER_ROOM = 'barrier';

export interface Setup {
  subject: SubjectName;
  client: ClientName;
  /** Of Redis. */
  port: number;
  /** The namespaces to create, in this order, besides `/`. */
  nsps: readonly string[];
  /** What a raw client publishes, which makes no messages of its own. */
  message: { channel: string; payload: string };
}

/** Sockets that are in the same rooms, a socket id of their own aside. */
export interface SocketGroup {
  nsp: string;
  rooms: readonly string[];
  count: number;
}

/** The calls that the process of a node answers. */
export interface NodeMethods {
  start(setup: Setup): Promise<void>;
  /** CPU time used so far, in µs. */
  cpu(): Promise<number>;
  /** Memory in use after a collection of garbage, in bytes. */
  memory(): Promise<number>;
  /** Sockets come and join; a socket in the barrier room tells of what it gets by a `Reply` without an id. */
  populate(groups: readonly SocketGroup[]): Promise<void>;
  /** Sends one event to a room. */
  emit(nsp: string, room: string): Promise<void>;
  /** Sends events to the room, in bursts, for some milliseconds. @returns how many */
  publish(milliseconds: number): Promise<number>;
  /** Sends an event that carries the time, `perSecond` times a second, for some milliseconds. */
  publishPaced(perSecond: number, milliseconds: number): Promise<void>;
  /** Sockets come, join two rooms and go. */
  churn(sockets: number): Promise<void>;
  /** @returns how long it took, in ms, and how many sockets there are */
  fetchSockets(): Promise<{ milliseconds: number; sockets: number }>;
  /** Never answers the events of other servers. */
  keepSilent(): Promise<void>;
  /** Sends requests that other servers do not answer. */
  leavePending(requests: number): Promise<void>;
  /** Listens for WebSocket clients, each of which joins the room. @returns the url */
  listen(): Promise<string>;
}

export interface Call {
  id: number;
  method: keyof NodeMethods;
  args: unknown[];
}

/** The reply to a call; without an id, a message that came to the barrier room. */
export type Reply = { id: number; value: unknown } | { id: number; error: string; unsupported: boolean } | 'barrier';

/** The time in µs, on one clock for all processes of this machine. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
