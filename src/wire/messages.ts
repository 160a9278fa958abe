/** What nodes ask each other, free of any dialect. */
export type Request = Survey | Search;

/** A request that every node answers with its share; the shares are put together. */
export type Survey =
  /** The ids of the sockets in any of the rooms, or of all sockets when there is none. */
  | { type: 'clients'; rooms: Room[] }
  /** The names of all rooms. */
  | { type: 'allRooms' }
  /** Whatever the node's `customHook` answers. */
  | { type: 'customRequest'; data: unknown }
  /** The sockets themselves, as `SocketDetails`. */
  | { type: 'fetchSockets'; targets: Targets }
  /** How many sockets there are. */
  | { type: 'countSockets'; targets: Targets }
  /** How many sockets are in each room. */
  | { type: 'roomSizes' }
  | { type: 'addSockets' | 'delSockets'; targets: Targets; rooms: Room[] }
  | { type: 'disconnectSockets'; targets: Targets; close: boolean }
  /** An event for the servers themselves; they answer when an acknowledgement is wanted, and else it has a name of its own in `once`. */
  | { type: 'serverSideEmit'; args: [event: string, ...args: unknown[]]; once?: string };

/** A request about one socket: the node that has it answers. */
export type Search =
  /** The rooms of the socket. */
  | { type: 'clientRooms'; sid: string }
  | { type: 'remoteJoin'; sid: string; room: string }
  | { type: 'remoteLeave'; sid: string; room: string }
  | { type: 'remoteDisconnect'; sid: string; close: boolean };

/** A name; Socket.IO 4 tells the number 7 from the text '7'. */
export type Room = string | number;

/** The sockets in any of the rooms (in the namespace when there is none), but in none of the excepted ones. */
export interface Targets {
  rooms: Room[];
  except: Room[];
}

/** A socket as another node sees it. */
export interface SocketDetails {
  /** Its `socket.id`. */
  id: string;
  /** Its `socket.handshake`, as far as JSON carries it. */
  handshake: unknown;
  /** The rooms that it is in. */
  rooms: Room[];
  /** Its `socket.data`, as far as JSON carries it; on Socket.IO 2 empty. */
  data: unknown;
}

/** A message's way of writing: that of socket.io-redis 5.x, or that of `@socket.io/redis-adapter` 7.x and 8.x. */
export type DialectName = 5 | 8;

/**
 * Who sent a message, when it says so: published nodes do not.
 */
export interface Sender {
  /** The node's name. */
  uid: string;
  /** The subscriber connection that it listens on: nodes of one process may share it, and Redis counts it once. */
  link: string;
  /** The uids of all nodes of the namespace that share the connection, the sender included; none when it is an emitter. */
  nodes: string[];
}

export interface IncomingRequest {
  dialect: DialectName;
  /** Undefined when no answer is wanted. */
  id: string | undefined;
  sender: Sender | undefined;
  /** The uid of a node that listens to its own response channel. */
  replyTo: string | undefined;
  /** Whether it was asked in another dialect before. */
  repeated: boolean;
  /** Whether whoever asks understands packed sockets. */
  packed: boolean;
  request: Request;
}

/** What a node answers: its share of a survey, or what it did about a socket. */
export type Answer =
  | { kind: 'value'; value: unknown }
  /** The node does not have the socket. Only nodes that sent their name are told: others would take it for a success. */
  | { kind: 'not found' }
  /** The node could not answer. Only nodes that sent their name are told why. */
  | { kind: 'failure'; reason: string };

export interface IncomingResponse {
  dialect: DialectName;
  id: string;
  sender: Sender | undefined;
  /** Still to be read with `readAnswer()`, which needs to know what was asked. */
  body: Record<string, unknown>;
}
