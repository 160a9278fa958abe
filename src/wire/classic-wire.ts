import {
  type AcknowledgedBroadcast,
  acknowledgedBroadcastFields,
  clientAnswerFields,
  clientCountFields,
  readAcknowledgedBroadcast,
  readAcknowledgement,
} from './acknowledgements';
import { containsBinary } from './binary';
import {
  BINARY_EVENT,
  type Broadcast,
  type BroadcastOptions,
  type BroadcastPacket,
  type Codec,
  decodeBroadcast,
  EVENT,
  encodeBroadcast,
  readBroadcaster,
  readSequence,
} from './broadcast';
import {
  broadcastChannel,
  type Channels,
  channelsOf,
  namespacePattern,
  ownResponseChannel,
  ownResponsePattern,
  readOwnResponseChannel,
} from './channels';
import type { Answer, DialectName, IncomingRequest, Request, Sender } from './messages';
import { decodeFields, encodeData, encodeJson } from './payload';
import { byeFields, helloAnswerFields, helloFields, readPresence, rollCallFields } from './presence';
import { readReminder, reminderFields } from './reminder';
import {
  encodeAgain,
  encodeRequest,
  encodeResponse,
  isInDialect,
  otherThan,
  readAnswer,
  readRequest,
  readResponse,
  requestFields,
  sendableRequest,
} from './requests';
import { toSendable } from './sendable';
import { isPublishedUid } from './uid';
import type { Incoming, NamespaceChannels, Outgoing, PayloadKind, Published, Response, Wire } from './wire';

export interface ClassicWireSettings {
  prefix: string;
  nsp: string;
  uid: string;
  /** The dialect in which this node asks. It understands both. */
  dialect: DialectName;
  /** How broadcasts are written. */
  codec: Codec;
  sender(): Sender;
}

/** What published nodes carry out without a word, or do not understand in any dialect. */
const UNANSWERED: ReadonlySet<Request['type']> = new Set([
  'addSockets',
  'delSockets',
  'disconnectSockets',
  'countSockets',
  'roomSizes',
] satisfies Request['type'][]);

/** The wire of socket.io-redis 5.x and of `@socket.io/redis-adapter` 7.x and 8.x: broadcasts, requests and responses. */
export class ClassicWire implements Wire {
  readonly sharded = false;
  readonly channels: NamespaceChannels;
  readonly #settings: ClassicWireSettings;
  // of their own, since each broadcast needs them
  readonly #nsp: string;
  readonly #codec: Codec;
  readonly #names: Channels;

  constructor(settings: ClassicWireSettings) {
    const { prefix, nsp, uid } = settings;
    const names = channelsOf(prefix, nsp);
    const { broadcast, request, response } = names;
    const answers = [response, ownResponseChannel(names, uid)];
    this.#settings = settings;
    this.#nsp = nsp;
    this.#codec = settings.codec;
    this.#names = names;
    this.channels = {
      broadcast,
      conversation: [request, ...answers],
      answers,
      // who listens to one of the two only is an onlooker, and will not answer
      census: [request, response],
      ownChannels: {
        patterns: [ownResponsePattern(names)],
        uidOf: (channel) => readOwnResponseChannel(names, channel),
        isPublished: isPublishedUid,
      },
      dialects: [5, 8],
      pattern: namespacePattern(names),
      own: (other) => ownResponseChannel(names, other),
      room: (room) => broadcastChannel(names, [room]),
    };
  }

  broadcast(
    data: BroadcastPacket['data'],
    options: BroadcastOptions,
    published: Published | undefined,
    toAll: boolean,
  ): Outgoing {
    const packet = { type: this.#typeOf(data, options, published), data, nsp: this.#nsp };
    const channel = toAll ? this.#names.broadcast : broadcastChannel(this.#names, options.rooms);
    const written = encodeBroadcast(this.#settings.uid, packet, options, this.#codec);
    return { channel, payload: written.payload, written };
  }

  acknowledgedBroadcast(id: string, data: BroadcastPacket['data'], options: BroadcastOptions): Outgoing {
    const packet = { type: EVENT, data: toSendable(data, 'data') as BroadcastPacket['data'], nsp: this.#nsp };
    const fields = acknowledgedBroadcastFields(id, packet, options, this.#settings.sender());
    const payload = encodeData(fields, this.#codec);
    return { channel: this.#names.request, payload };
  }

  clientCount({ id, replyTo }: AcknowledgedBroadcast, clients: number): Outgoing {
    return this.#reply(replyTo, encodeJson(clientCountFields(id, clients, this.#settings.sender())));
  }

  clientAnswer({ id, replyTo }: AcknowledgedBroadcast, value: unknown, nth: number): Outgoing {
    const fields = clientAnswerFields(id, toSendable(value, 'data'), nth, this.#settings.sender());
    return this.#reply(replyTo, encodeData(fields, this.#codec));
  }

  request(id: string | undefined, request: Request): Outgoing[] {
    const { dialect, sender } = this.#settings;
    return [{ channel: this.#names.request, payload: encodeRequest(dialect, id, request, sender(), this.#codec) }];
  }

  again(id: string, request: Request, published: Published): Outgoing | undefined {
    const { dialect, sender } = this.#settings;
    if (published[otherThan(dialect)] === 0) return undefined;
    const payload = encodeAgain(dialect, id, request, sender());
    return payload === undefined ? undefined : { channel: this.#names.request, payload };
  }

  reminder(to: string, id: string, request: Request, anew: boolean): Outgoing {
    const { dialect, sender } = this.#settings;
    const fields = requestFields(dialect, id, sendableRequest(request), sender());
    return this.#reply(to, encodeData(reminderFields(fields, anew), this.#codec));
  }

  answering(request: Request): readonly DialectName[] {
    if (UNANSWERED.has(request.type)) return [];
    return ([5, 8] as const).filter((dialect) => isInDialect(dialect, request));
  }

  response(asked: IncomingRequest, id: string, answer: Answer): Outgoing {
    return this.#reply(asked.replyTo, encodeResponse(asked, id, answer, this.#settings.sender()));
  }

  hello(): Outgoing {
    return { channel: this.#names.request, payload: encodeJson(helloFields(this.#settings.sender())) };
  }

  rollCall(): Outgoing {
    return { channel: this.#names.request, payload: encodeJson(rollCallFields(this.#settings.sender())) };
  }

  helloAnswer(to: string): Outgoing {
    return this.#reply(to, encodeJson(helloAnswerFields(this.#settings.sender())));
  }

  bye(): Outgoing {
    return { channel: this.#names.request, payload: encodeJson(byeFields(this.#settings.uid)) };
  }

  read(payload: Buffer, channel: string): Incoming | undefined {
    const fields = decodeFields(payload, this.#codec);
    const presence = readPresence(fields);
    if (channel === this.#names.request) {
      if (fields.uid === this.#settings.uid) return undefined;
      if (presence) return { kind: 'presence', presence };
      const broadcast = readAcknowledgedBroadcast(fields);
      if (broadcast) return { kind: 'acknowledged broadcast', broadcast };
      return { kind: 'request', request: readRequest(fields) };
    }
    if (presence) return { kind: 'presence', presence };
    const reminder = readReminder(fields);
    if (reminder) return { kind: 'reminder', reminder };
    const acknowledgement = readAcknowledgement(fields);
    if (acknowledgement) return { kind: 'acknowledgement', acknowledgement };
    return isForNobody(fields) ? undefined : { kind: 'response', response: readClassicResponse(fields) };
  }

  kindOf(channel: string): PayloadKind {
    if (channel === this.#names.request) return 'request';
    return channel.startsWith(this.#names.response) ? 'response' : 'broadcast';
  }

  broadcasterOf(payload: Buffer): string | undefined {
    return readBroadcaster(payload);
  }

  sequenceOf(payload: Buffer): number | undefined {
    return readSequence(payload);
  }

  readBroadcast(payload: Buffer, withJson: boolean): Broadcast {
    return decodeBroadcast(payload, this.#codec, withJson, this.#nsp);
  }

  #reply(to: string | undefined, payload: string | Buffer): Outgoing {
    return { channel: to === undefined ? this.#names.response : ownResponseChannel(this.#names, to), payload };
  }

  /**
   * What kind of event others are to take it for. Nodes of this package see for themselves whether it is binary. But 5.x writes
   * an EVENT as JSON, whatever it holds, and 8.x breaks a BINARY_EVENT, which ends the client's connection.
   */
  #typeOf(data: unknown, { flags }: BroadcastOptions, published: Published | undefined): number {
    const { dialect } = this.#settings;
    const old = (published?.[8] ?? 0) === 0 && (dialect === 5 || (published?.[5] ?? 0) > 0);
    return old && (flags.binary ?? containsBinary(data)) ? BINARY_EVENT : EVENT;
  }
}

/** Published nodes answer a request in a dialect that they do not know as if it had no id. */
function isForNobody(fields: Record<string, unknown>): boolean {
  return ['requestid', 'requestId', 'uid', 'link'].every((field) => fields[field] === undefined);
}

function readClassicResponse(fields: Record<string, unknown>): Response {
  const response = readResponse(fields);
  const { id, sender } = response;
  return { id, sender, answerTo: (request) => readAnswer(request, response) };
}
