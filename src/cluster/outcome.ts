import { RequestTimeoutError, UnknownSocketError } from '../errors';
import type { Request } from '../wire/messages';
import type { PendingRequest } from './pending';

/** What a request has come to so far, or undefined while it must go on waiting. */
export function outcomeOf(pending: PendingRequest): { value: unknown } | { error: Error } | undefined {
  const { request, values } = pending;
  if ('sid' in request) {
    // one node has the socket: nobody else needs to be waited for
    if (values.length > 0) return { value: values[0] };
    return pending.complete ? { error: new UnknownSocketError(request.sid) } : undefined;
  }
  return pending.complete ? { value: together(request, values) } : undefined;
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
  return request.type === 'customRequest' ? values : [...new Set((values as string[][]).flat())];
}
