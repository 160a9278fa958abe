import { isRecord, MalformedMessageError } from './malformed';
import type { IncomingRequest } from './messages';
import { readRequest } from './requests';

/** A request once more, to one node of this package alone: it may not have heard it, or whoever asked may not have heard its answer. */
export interface Reminder {
  request: IncomingRequest & { id: string };
  /** Whether it is to be answered once more, if it was answered already. */
  anew: boolean;
}

export function reminderFields(request: Record<string, unknown>, anew: boolean): Record<string, unknown> {
  return { type: 'reminder', anew, request };
}

/**
 * @returns undefined when the message is something else
 * @throws {MalformedMessageError}
 */
export function readReminder({ type, anew, request: fields }: Record<string, unknown>): Reminder | undefined {
  if (type !== 'reminder') return undefined;
  if (!isRecord(fields)) throw new MalformedMessageError('"request" is not an object');
  const request = readRequest(fields);
  const { id } = request;
  if (id === undefined) throw new MalformedMessageError('a reminder of what nobody waits for');
  return { request: { ...request, id }, anew: anew === true };
}
