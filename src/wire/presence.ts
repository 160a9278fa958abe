import { readString, readStrings } from './malformed';
import type { Sender } from './messages';
import { readSender, senderFields } from './requests';

/**
 * What the nodes of this package tell each other about themselves. To the published ones, these are requests of an unknown
 * type.
 */
export type Presence =
  /** A node has come, and wants to know who else is there. */
  | { type: 'hello'; sender: Sender }
  /** A node answers that, with the ids of its requests that wait for answers. */
  | { type: 'hello answer'; sender: Sender; waiting: string[] }
  /** A node that has come will not answer these requests: they were sent before it listened. */
  | { type: 'unheard'; uid: string; requests: string[] }
  /** A node leaves. */
  | { type: 'bye'; uid: string };

export function helloFields(sender: Sender): Record<string, unknown> {
  return { type: 'hello', ...senderFields(sender) };
}

export function helloAnswerFields(sender: Sender, waiting: readonly string[]): Record<string, unknown> {
  return { type: 'hello', answer: true, waiting, ...senderFields(sender) };
}

export function unheardFields(uid: string, requests: readonly string[]): Record<string, unknown> {
  return { type: 'unheard', uid, requests };
}

export function byeFields(uid: string): Record<string, unknown> {
  return { type: 'bye', uid };
}

/**
 * @returns undefined when the message is something else
 * @throws {MalformedMessageError}
 */
export function readPresence(fields: Record<string, unknown>): Presence | undefined {
  if (fields.type === 'bye') return { type: 'bye', uid: readString(fields, 'uid') };
  if (fields.type === 'unheard') {
    return { type: 'unheard', uid: readString(fields, 'uid'), requests: readStrings(fields, 'requests') };
  }
  if (fields.type !== 'hello') return undefined;
  const sender = readSender(fields);
  if (!sender || fields.answer !== true) return sender && { type: 'hello', sender };
  return { type: 'hello answer', sender, waiting: readStrings(fields, 'waiting') };
}
