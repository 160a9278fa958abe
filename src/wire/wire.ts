import type { AcknowledgedBroadcast, Acknowledgement } from './acknowledgements';
import type { Broadcast, BroadcastOptions, BroadcastPacket, JsonSource } from './broadcast';
import type { Answer, DialectName, IncomingRequest, Request, Room, Sender } from './messages';
import type { Presence } from './presence';
import type { Reminder } from './reminder';

/** A message, and where it goes. */
export interface Outgoing {
  channel: string;
  payload: string | Buffer;
  /** Of a broadcast: where its data in JSON can be had, for local sockets. */
  written?: JsonSource;
}

export type Incoming =
  | { kind: 'broadcast'; broadcast: Broadcast }
  | { kind: 'acknowledged broadcast'; broadcast: AcknowledgedBroadcast }
  | { kind: 'acknowledgement'; acknowledgement: Acknowledgement }
  | { kind: 'presence'; presence: Presence }
  | { kind: 'request'; request: IncomingRequest }
  | { kind: 'reminder'; reminder: Reminder }
  | { kind: 'response'; response: Response };

export interface Response {
  id: string;
  /** Undefined for a published node. */
  sender: Sender | undefined;
  /** @throws {MalformedMessageError} when it is no answer to such a request */
  answerTo(request: Request): Answer;
}

/** How many published nodes there are, by the dialect that they speak. */
export type Published = Readonly<Record<DialectName, number>>;

/** The channels of a namespace. */
export interface NamespaceChannels {
  /** Broadcasts to the namespace, to several rooms, or to none in particular. */
  readonly broadcast: string;
  /** What a node hears from its first moment on, its own channel included. */
  readonly conversation: readonly string[];
  /** The part of it that answers come on: what one hears who asks, and is not to be asked. */
  readonly answers: readonly string[];
  /** Every node listens to all of these, so that Redis can count them. */
  readonly census: readonly string[];
  /** The channels that single nodes of this package hear answers on; others may match. */
  readonly ownChannels: {
    readonly patterns: readonly string[];
    uidOf(channel: string): string;
    /** Whether the uid may be that of a published node, from 7.1 on. */
    isPublished(uid: string): boolean;
  };
  /** What published nodes may speak there. Where it is both, those of 8.x match `ownChannels`, and those of 5.x do not. */
  readonly dialects: readonly DialectName[];
  /** A pattern that matches the channels of all rooms, and the namespace's. */
  readonly pattern: string | undefined;
  /** The channel on which only the node with this uid hears. */
  own(uid: string): string;
  /** The channel of broadcasts to just this room; undefined when they go to the namespace's. */
  room(room: Room): string | undefined;
}

export type PayloadKind = 'broadcast' | 'request' | 'response';

/** How the nodes of one namespace write to each other: on which channels, and in which form. */
export interface Wire {
  readonly sharded: boolean;
  readonly channels: NamespaceChannels;

  /**
   * @param published - who else is there, if that is known
   * @param toAll - whether it goes to the namespace's channel, even if it is for one room
   * @throws {UnsendableValueError}
   */
  broadcast(
    data: BroadcastPacket['data'],
    options: BroadcastOptions,
    published: Published | undefined,
    toAll: boolean,
  ): Outgoing;
  /** @throws {UnsendableValueError} */
  acknowledgedBroadcast(id: string, data: BroadcastPacket['data'], options: BroadcastOptions): Outgoing;
  clientCount(to: AcknowledgedBroadcast, clients: number): Outgoing;
  /** @param nth - how many this node has sent before @throws {UnsendableValueError} */
  clientAnswer(to: AcknowledgedBroadcast, value: unknown, nth: number): Outgoing;
  /**
   * @param id - undefined when no answer is wanted
   * @throws {UnsendableValueError}
   */
  request(id: string | undefined, request: Request): Outgoing[];
  /** The request once more, for published nodes that do not understand it otherwise. */
  again(id: string, request: Request, published: Published): Outgoing | undefined;
  /**
   * The request once more, to one node of this package.
   *
   * @param anew - whether it is to be answered once more, if it was answered already
   * @throws {UnsendableValueError}
   */
  reminder(to: string, id: string, request: Request, anew: boolean): Outgoing;
  /** The published nodes that answer such a request. */
  answering(request: Request): readonly DialectName[];
  /** @throws when the answer cannot be written */
  response(to: IncomingRequest, id: string, answer: Answer): Outgoing;
  hello(): Outgoing;
  rollCall(): Outgoing;
  /** @param to - who said hello, or called the roll */
  helloAnswer(to: string): Outgoing;
  bye(): Outgoing;

  /**
   * Reads what came on a channel of the conversation.
   *
   * @param withJson - whether the data of a broadcast is to become JSON, where it can
   * @returns undefined for what this node sent itself, and what is for another namespace
   * @throws {MalformedMessageError} when it is not what a peer would send
   */
  read(payload: Buffer, channel: string, withJson: boolean): Incoming | undefined;
  /** What is sent on a channel, as far as its name tells. */
  kindOf(channel: string): PayloadKind;
  /** Who sent a broadcast, read off its bytes without decoding it; undefined when it has to be decoded for that. */
  broadcasterOf(payload: Buffer): string | undefined;
  /** The broadcast's number, likewise; undefined when it has none. */
  sequenceOf(payload: Buffer): number | undefined;
  /** @param withJson - whether the packet's data is to become JSON, where it can @throws {MalformedMessageError} */
  readBroadcast(payload: Buffer, withJson: boolean): Broadcast;
}
