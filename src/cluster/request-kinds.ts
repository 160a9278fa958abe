import type { Request } from '../wire/messages';

type Type = Request['type'];

/** What the asking node does for its own sockets by itself. */
const OTHERS_ONLY: ReadonlySet<Type> = new Set<Type>([
  'fetchSockets',
  'addSockets',
  'delSockets',
  'disconnectSockets',
  'serverSideEmit',
]);

/** What published nodes carry out without a word, or do not understand in any dialect. */
const UNANSWERED_BY_PUBLISHED: ReadonlySet<Type> = new Set<Type>([
  'addSockets',
  'delSockets',
  'disconnectSockets',
  'countSockets',
  'roomSizes',
]);

/** Whether the asking node's own answer is a part of the result. */
export function includesOwnAnswer({ type }: Request): boolean {
  return !OTHERS_ONLY.has(type);
}

/** Whether nodes that are not known by name answer such a request. */
export function isAnsweredByPublished({ type }: Request): boolean {
  return !UNANSWERED_BY_PUBLISHED.has(type);
}
