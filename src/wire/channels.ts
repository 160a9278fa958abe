import type { Room } from './messages';
import { textIn } from './short-text';

const HASH = '#'.charCodeAt(0);

/** The names of a namespace's channels, and what a name means. */
export interface Channels {
  /** Broadcasts to the namespace, to several rooms, or to none in particular. */
  readonly broadcast: string;
  /** Requests to every node of the namespace. */
  readonly request: string;
  /** Responses that every node hears. */
  readonly response: string;
}

export function channelsOf(prefix: string, nsp: string): Channels {
  return {
    broadcast: `${prefix}#${nsp}#`,
    request: `${prefix}-request#${nsp}#`,
    response: `${prefix}-response#${nsp}#`,
  };
}

/** The channel of broadcasts to exactly these rooms: a single room has a channel of its own. */
export function broadcastChannel(channels: Channels, rooms: readonly Room[] | undefined): string {
  return rooms?.length === 1 ? `${channels.broadcast}${rooms[0]}#` : channels.broadcast;
}

/** The channel on which only the node with this uid hears responses. */
export function ownResponseChannel(channels: Channels, uid: string): string {
  return `${channels.response}${uid}#`;
}

/**
 * Begins the names of the channels that a pair of clients hears alone, to see whether it hears anything: among those that an
 * ACL for nodes permits, and none that a node publishes to, whatever its namespace and its rooms, as those end with `#`.
 */
export function watchdogChannel(prefix: string, sharded: boolean): string {
  return sharded ? `${prefix}#/~watchdog~` : `${prefix}-response#/~watchdog~`;
}

/** A pattern that matches the broadcast channels of all namespaces (their names begin with a slash). */
export function everyNamespacePattern(prefix: string): string {
  return `${escapeGlob(prefix)}#/*`;
}

/** A pattern that matches the broadcast channels of one namespace: the one that published adapters subscribe to. */
export function namespacePattern(channels: Channels): string {
  return `${escapeGlob(channels.broadcast)}*`;
}

/** A pattern that matches the channels on which single nodes of a namespace hear responses. */
export function ownResponsePattern(channels: Channels): string {
  return `${escapeGlob(channels.response)}?*#`;
}

/**
 * Patterns that match the channels on which single nodes hear answers, of this package and published ones, where those of rooms
 * begin alike.
 */
export function ownShardedPatterns(channels: Channels): string[] {
  return ['??????~', '[0-9a-f]'.repeat(16)].map((uid) => `${escapeGlob(channels.broadcast)}${uid}#`);
}

/** The uid of the node that hears responses on a channel of its own. */
export function readOwnResponseChannel(channels: Channels, channel: string): string {
  return channel.slice(channels.response.length, -1);
}

/**
 * Calls back with each namespace that a broadcast channel may belong to, and the room that it would then name ('' for none).
 * Names of namespaces and rooms may hold `#` themselves, so there can be several: the packet's own `nsp` decides.
 *
 * @param channel - in bytes, as it comes: to make one text of it, and others of its parts, takes twice as long (measured)
 * @param start - where the namespace begins: after the prefix and `#`, with which all begin that Redis finds by a pattern above
 * @param several - false when no namespace of interest holds `#`
 */
export function readBroadcastChannel(
  channel: Buffer,
  start: number,
  several: boolean,
  visit: (nsp: string, room: string) => void,
): void {
  const last = channel.length - 1;
  if (channel[last] !== HASH) return;
  for (let end = start; end <= last; end++) {
    if (channel[end] !== HASH) continue;
    visit(textIn(channel, start, end), end === last ? '' : textIn(channel, end + 1, last));
    if (!several) return;
  }
}

/** All that a channel may mean; nothing when it is none of broadcasts. */
export function meaningsOf(prefix: string, channel: string): { nsp: string; room: string }[] {
  const meanings: { nsp: string; room: string }[] = [];
  if (!channel.startsWith(`${prefix}#`)) return meanings;
  const start = Buffer.byteLength(prefix) + 1;
  readBroadcastChannel(Buffer.from(channel), start, true, (nsp, room) => meanings.push({ nsp, room }));
  return meanings;
}

/** Only what needs it: an ACL permits a pattern by its text, and was written for that of the published adapters. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[]/g, '\\$&');
}
