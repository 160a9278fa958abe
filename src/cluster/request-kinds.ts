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

/** Whether an asking node's own answer is a part of the result. */
export function includesOwnAnswer({ type }: Request): boolean {
  return !OTHERS_ONLY.has(type);
}

/** Whether a node answers at once, whatever the user's code does: one that does not is frozen, or cut off. */
export function isAnsweredAtOnce({ type }: Request): boolean {
  return ['clients', 'allRooms', 'clientRooms', 'fetchSockets', 'countSockets', 'roomSizes'].includes(type);
}
