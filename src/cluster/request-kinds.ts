import type { Request } from '../wire/messages';
import { isInDialect } from '../wire/requests';
import type { Census } from './peers';

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

/** How many of the published nodes answer such a request. */
export function answeringPublished(request: Request, { published }: Census): number {
  if (UNANSWERED_BY_PUBLISHED.has(request.type)) return 0;
  return (isInDialect(5, request) ? published[5] : 0) + (isInDialect(8, request) ? published[8] : 0);
}
