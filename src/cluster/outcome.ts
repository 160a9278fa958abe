import { RemoteNodeError, RequestTimeoutError, UnknownSocketError } from '../errors';
import type { Request } from '../wire/messages';
import type { PendingRequest } from './pending';

/** What a request has come to so far, or undefined while it must go on waiting. */
export function outcomeOf(pending: PendingRequest): { value: unknown } | { error: Error } | undefined {
  const { request, values, failure, complete, settled } = pending;
  if ('sid' in request) {
    // one node has the socket: nobody else needs to be waited for
    if (values.length > 0) return { value: values[0] };
    if (complete) return { error: new UnknownSocketError(request.sid) };
    return settled ? { error: timeoutOf(pending) } : undefined;
  }
  if (failure !== undefined) return { error: new RemoteNodeError(request.type, partialOf(pending), failure) };
  if (complete) return { value: together(request, values) };
  // whoever is silent is not waited for, but what came in is not all that there is
  return settled ? { error: timeoutOf(pending) } : undefined;
}

export function timeoutOf(pending: PendingRequest): RequestTimeoutError {
  const { request, received, expected, missing } = pending;
  return new RequestTimeoutError(request.type, { partial: partialOf(pending), received, expected, missing });
}

/** What had come in: undefined for a request about one socket, since nothing can have. */
export function partialOf({ request, values }: PendingRequest): unknown {
  return 'sid' in request ? undefined : together(request, values);
}

function together(request: Request, values: readonly unknown[]): unknown {
  switch (request.type) {
    case 'clients':
    case 'allRooms':
      return [...new Set((values as string[][]).flat())];
    case 'fetchSockets':
      return values.flat();
    case 'countSockets':
      return (values as number[]).reduce((sum, count) => sum + count, 0);
    case 'roomSizes':
      return sumSizes((values as [string, number][][]).flat());
    case 'customRequest':
    case 'serverSideEmit':
      return values;
    default:
      return undefined;
  }
}

function sumSizes(sizes: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [room, size] of sizes) sums.set(room, (sums.get(room) ?? 0) + size);
  return sums;
}
