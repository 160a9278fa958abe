/** What main.ts and the processes of the servers say to each other. */

/** Which Socket.IO a process serves. Each kind has an entry in `servers` (server.ts) and in `clients` (client.ts). */
export type ServerKind = 'Socket.IO 2' | 'Socket.IO 4';

/** The events that clients get. `end` comes after all that the same node has sent before it. */
export type EventName = 'news' | 'end';

/** What the event `news` carries. */
export interface News {
  text: string;
  /** The name of the node that has sent it. */
  from: string;
}

export interface ServerSettings {
  kind: ServerKind;
  /** Where Redis is, as the adapter takes it. */
  redisUrl: string;
  /** The adapter's option `key`. */
  key: string;
}

/** What the story can make a server do, whatever its kind. */
export interface DemoServer {
  /** Sends an event to the clients of all nodes, or to those in the room. */
  emit(event: EventName, news: News, room?: string): Promise<void>;
  /** The ids of the clients of all nodes that are in the room. */
  clients(room: string): Promise<string[]>;
  /** Makes a client join a room, on whichever node it is. */
  remoteJoin(id: string, room: string): Promise<void>;
}

/** The calls that a process answers: the first one is `start`, which returns the url that clients connect to. */
export interface ServerProcess extends DemoServer {
  start(settings: ServerSettings): Promise<string>;
}
