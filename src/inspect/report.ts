import type { Server } from './connect';

/** What was seen at one moment; `--json` prints it. */
export interface Report {
  /** ISO 8601. */
  time: string;
  key: string;
  /** Null when Redis does not let this user ask. */
  redis: Server | null;
  namespaces: NamespaceReport[];
  /** The channels on which messages came, the busiest first. */
  traffic: ChannelTraffic[];
  /** What could not be seen, and why. */
  unseen: string[];
}

export interface NamespaceReport {
  name: string;
  pubSub: 'classic' | 'sharded';
  /** How many connections listen to its requests. Nodes of one process may share one. */
  connections: number;
  /** How many rooms have a channel of their own that somebody is subscribed to. */
  roomChannels: number;
  nodes: NodeReport[];
}

export interface NodeReport {
  /** The node's name. Null for published nodes without one, and for those that do not sign their answers. */
  uid: string | null;
  /** The package that it runs, as far as one can tell. */
  runs: Runs;
  /** Null when it was not asked, or did not answer. */
  sockets: number | null;
  /** The names of its rooms, without those of single sockets; null likewise. */
  rooms: string[] | null;
}

/** `published` is socket.io-redis 5.x and 6.x, and `@socket.io/redis-adapter` 7.x and 8.x. */
export type Runs = 'socket.io-redis 7' | `published${'' | ' 5.x' | ' 6.x to 8.x' | ' 7.1 to 8.x' | ' 8.x'}`;

export interface ChannelTraffic {
  channel: string;
  messagesPerSecond: number;
}
