/** What nodes ask each other, free of any dialect. */
export type Request =
  /** The ids of the sockets in any of the rooms, or of all sockets when there is none. */
  | { type: 'clients'; rooms: string[] }
  /** The names of all rooms. */
  | { type: 'allRooms' }
  /** Whatever the node's `customHook` answers. */
  | { type: 'customRequest'; data: unknown }
  /** The rooms of one socket. */
  | { type: 'clientRooms'; sid: string }
  | { type: 'remoteJoin'; sid: string; room: string }
  | { type: 'remoteLeave'; sid: string; room: string }
  | { type: 'remoteDisconnect'; sid: string; close: boolean };

/** A request that every node answers with its share; the shares are put together. */
export type Survey = Extract<Request, { type: 'clients' | 'allRooms' | 'customRequest' }>;

/** A request about one socket: the node that has it answers. */
export type Search = Exclude<Request, Survey>;

/**
 * Who sent a message, when it says so: published 5.x nodes do not.
 */
export interface Sender {
  /** The node's name. */
  uid: string;
  /** The subscriber connection that it listens on: nodes of one process may share it, and Redis counts it once. */
  link: string;
  /** The uids of all nodes of the namespace that share the connection, the sender included. */
  nodes: string[];
}

export interface IncomingRequest {
  id: string;
  sender: Sender | undefined;
  request: Request;
}

/** What a node answers: its share of a survey, or what it did about a socket. */
export type Answer =
  | { found: true; value: unknown }
  /** The node does not have the socket. Only nodes that sent their name are told: others would take it for a success. */
  | { found: false };

export interface IncomingResponse {
  id: string;
  sender: Sender | undefined;
  /** Still to be read with `readAnswer()`, which needs to know what was asked. */
  body: Record<string, unknown>;
}
