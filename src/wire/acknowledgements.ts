import { type BroadcastOptions, type BroadcastPacket, readOptions, readPacket } from './broadcast';
import { isCount, MalformedMessageError, readString } from './malformed';
import type { Sender } from './messages';
import { readSender, senderFields } from './requests';

/**
 * Broadcasts whose clients answer, as `@socket.io/redis-adapter` 7.2 and later writes them: a request, and from each node
 * first the number of its clients, then what each of them answers.
 */
const BROADCAST = 7;
const CLIENT_COUNT = 8;
const CLIENT_ANSWER = 9;

/** A broadcast whose clients are to answer. */
export interface AcknowledgedBroadcast {
  id: string;
  replyTo: string;
  packet: BroadcastPacket;
  options: BroadcastOptions;
}

export type Acknowledgement = { id: string; sender: Sender | undefined } & (
  | { type: 'count'; clients: number }
  /** `nth` counts those of one node, from 0 on; published nodes give none. */
  | { type: 'answer'; value: unknown; nth: number | undefined }
);

type Fields = Record<string, unknown>;

export function acknowledgedBroadcastFields(
  id: string,
  packet: BroadcastPacket,
  opts: BroadcastOptions,
  sender: Sender,
): Fields {
  return { requestId: id, type: BROADCAST, packet, opts, ...senderFields(sender) };
}

/**
 * @returns undefined when the message is something else
 * @throws {MalformedMessageError}
 */
export function readAcknowledgedBroadcast(fields: Fields): AcknowledgedBroadcast | undefined {
  if (fields.type !== BROADCAST || !('requestId' in fields)) return undefined;
  return {
    id: readString(fields, 'requestId'),
    replyTo: readString(fields, 'uid'),
    packet: readPacket(fields.packet),
    options: readOptions(fields.opts),
  };
}

export function clientCountFields(id: string, clients: number, sender: Sender): Fields {
  return { requestId: id, type: CLIENT_COUNT, clientCount: clients, ...senderFields(sender) };
}

export function clientAnswerFields(id: string, value: unknown, nth: number, sender: Sender): Fields {
  return { requestId: id, type: CLIENT_ANSWER, packet: value, nth, ...senderFields(sender) };
}

/**
 * @returns undefined when the message is something else
 * @throws {MalformedMessageError}
 */
export function readAcknowledgement(fields: Fields): Acknowledgement | undefined {
  const { type, clientCount, packet } = fields;
  if (type !== CLIENT_COUNT && type !== CLIENT_ANSWER) return undefined;
  const common = { id: readString(fields, 'requestId'), sender: readSender(fields) };
  if (type === CLIENT_ANSWER) return { ...common, type: 'answer', value: packet, nth: readNth(fields) };
  if (!isCount(clientCount)) throw new MalformedMessageError('"clientCount" is no number of clients');
  return { ...common, type: 'count', clients: clientCount };
}

/** @throws {MalformedMessageError} */
export function readNth({ nth }: Fields): number | undefined {
  if (nth !== undefined && !isCount(nth)) throw new MalformedMessageError('"nth" is no number');
  return nth;
}
