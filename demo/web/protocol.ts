/** What the pages, the nodes and main.ts of the web demo say to each other. */

import type { ServerKind } from '../protocol';

/** What the event `message` carries to the pages. */
export interface Message {
  text: string;
  /** Undefined for everyone. */
  room?: string;
  /** Who has written it. */
  name: string;
  /** The node that its writer is connected to. */
  node: string;
  /** Milliseconds since 1970, with a fraction. */
  sentAt: number;
}

export interface Member {
  id: string;
  name: string;
  rooms: string[];
  /** The node that the member is connected to. */
  node: string;
}

/** Who is there. */
export interface Members {
  members: Member[];
  /** Says which answers are missing, when not every node has answered. */
  incomplete?: string;
}

/** What the event `health` tells pages about their node. */
export interface NodeHealth {
  node: string;
  kind: ServerKind;
  /** Does it hear the others, and they it? */
  connected: boolean;
}

/** What a node answers to an event of a page. */
export type Answer = { value: unknown } | { error: string };

export interface NodeSettings {
  name: string;
  kind: ServerKind;
  port: number;
  redisUrl: string;
  /** The adapter's option `key`. */
  key: string;
  /** The port of the overview, whose page may connect as well. */
  overviewPort: number;
}

/** The calls that the process of a node answers. */
export interface WebNodeProcess {
  start(settings: NodeSettings): Promise<void>;
}

/** What the overview shows of the processes. */
export interface ClusterState {
  nodes: { name: string; kind: ServerKind; url: string; running: boolean; pid: number | undefined }[];
  redis: {
    running: boolean;
    /** Can it be stopped from here? Somebody else's cannot. */
    own: boolean;
  };
}
