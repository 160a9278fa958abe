import uid2 from 'uid2';
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

/**
 * Whether it changes nothing, and so may be asked twice. A node answers it at once, whatever the user's code does: one that does not is
 * frozen, or cut off.
 */
export function isQuery({ type }: Request): boolean {
  return ['clients', 'allRooms', 'clientRooms', 'fetchSockets', 'countSockets', 'roomSizes'].includes(type);
}

/** Whether it is to be carried out whether or not the asking node hears of it. */
export function isOrder({ type }: Request): boolean {
  return ['addSockets', 'delSockets', 'disconnectSockets'].includes(type);
}

/** What nobody answers has no id by which it could be told from one that comes twice: where twice is not the same as once, it gets one. */
export function unanswered(request: Request): Request {
  return request.type === 'serverSideEmit' ? { ...request, once: uid2(6) } : request;
}
