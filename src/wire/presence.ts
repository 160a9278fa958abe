import { readString } from './malformed';
import type { Sender } from './messages';
import { readSender, senderFields } from './requests';

/**
 * What the nodes of this package tell each other about themselves. To the published ones, these are requests of an unknown
 * type.
 */
export type Presence =
  /** A node has come, and wants to know who else is there. */
  | { type: 'hello'; sender: Sender }
  /** One that has been there wants to know who still is. */
  | { type: 'roll call'; sender: Sender }
  /** A node answers either. */
  | { type: 'hello answer'; sender: Sender }
  /** A node leaves. */
  | { type: 'bye'; uid: string };

export function helloFields(sender: Sender): Record<string, unknown> {
  return { type: 'hello', ...senderFields(sender) };
}

export function rollCallFields(sender: Sender): Record<string, unknown> {
  return { type: 'hello', again: true, ...senderFields(sender) };
}

export function helloAnswerFields(sender: Sender): Record<string, unknown> {
  return { type: 'hello', answer: true, ...senderFields(sender) };
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
  if (fields.type !== 'hello') return undefined;
  const sender = readSender(fields);
  if (!sender) return undefined;
  if (fields.answer === true) return { type: 'hello answer', sender };
  return { type: fields.again === true ? 'roll call' : 'hello', sender };
}
