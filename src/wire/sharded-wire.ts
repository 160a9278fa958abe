import { type AcknowledgedBroadcast, type Acknowledgement, readNth } from './acknowledgements';
import { containsBinary } from './binary';
import {
  type Broadcast,
  type BroadcastOptions,
  type BroadcastPacket,
  EVENT,
  readOptions,
  readPacket,
} from './broadcast';
import { channelsOf, ownShardedPatterns } from './channels';
import * as dialect from './dialect-sharded';
import { isCount, isRecord, MalformedMessageError, readString } from './malformed';
import type { Answer, DialectName, IncomingRequest, Request, Room, Sender } from './messages';
import { encodeMessagePack } from './msgpack';
import { decodeFields } from './payload';
import { byeFields, helloAnswerFields, helloFields, readPresence, rollCallFields } from './presence';
import { readReminder, reminderFields } from './reminder';
import {
  EMITTER,
  readAnswer,
  readRequest,
  readResponse,
  readSender,
  requestFields,
  responseFields,
  sendableRequest,
  senderFields,
} from './requests';
import { toSendable } from './sendable';
import { ShardedReader } from './sharded-reader';
import { ShardedWriter } from './sharded-writer';
import { isSame } from './short-text';
import { isPublishedShardedUid } from './uid';
import type { Incoming, NamespaceChannels, Outgoing, PayloadKind, Published, Response, Wire } from './wire';

/** Which rooms have a channel of their own: none; all but those that look like a socket id; all. Alike on all nodes. */
export type ShardedMode = 'static' | 'dynamic' | 'dynamic-private';

export interface ShardedWireSettings {
  prefix: string;
  nsp: string;
  uid: string;
  mode: ShardedMode;
  sender(): Sender;
}

const SOCKET_ID_LENGTH = 20;

/**
 * The wire of the sharded adapter of `@socket.io/redis-adapter` 8.x: everything goes to the namespace's channel, but answers to
 * that of the node which asked, and broadcasts for one room to the room's. What nodes of this package tell each other
 * rides along in the forms of the classic wire.
 */
export class ShardedWire implements Wire {
  readonly sharded = true;
  readonly channels: NamespaceChannels;
  readonly #settings: ShardedWireSettings;
  readonly #namespace: string;
  readonly #ownChannel: string;
  readonly #jsonHead: Buffer;
  readonly #head: Buffer;
  readonly #reader: ShardedReader;
  readonly #writer: ShardedWriter;

  constructor(settings: ShardedWireSettings) {
    const { prefix, nsp, uid, mode } = settings;
    const names = channelsOf(prefix, nsp);
    const { broadcast } = names;
    const own = (other: string) => `${broadcast}${other}#`;
    this.#settings = settings;
    this.#namespace = broadcast;
    this.#ownChannel = own(uid);
    this.#jsonHead = Buffer.from(`{"uid":${JSON.stringify(uid)},`);
    this.#head = Buffer.concat([encodeMessagePack('uid'), encodeMessagePack(uid)]);
    this.#reader = new ShardedReader(nsp);
    this.#writer = new ShardedWriter(uid, nsp);
    this.channels = {
      broadcast,
      conversation: [broadcast, this.#ownChannel],
      answers: [this.#ownChannel],
      census: [broadcast],
      ownChannels: {
        patterns: ownShardedPatterns(names),
        uidOf: (channel) => channel.slice(broadcast.length, -1),
        isPublished: isPublishedShardedUid,
      },
      dialects: [8],
      pattern: undefined,
      own,
      room: (room) => (hasOwnChannel(room, mode) ? `${broadcast}${room}#` : undefined),
    };
  }

  broadcast(
    data: BroadcastPacket['data'],
    options: BroadcastOptions,
    _published: Published | undefined,
    toAll: boolean,
  ): Outgoing {
    const [room] = options.rooms;
    const own = room !== undefined && options.rooms.length === 1 && !toAll ? this.channels.room(room) : undefined;
    const channel = own ?? this.#namespace;
    const packet = this.#packet(data);
    if (containsBinary(packet.data)) return this.#write(channel, dialect.BROADCAST, { packet, opts: options });
    const written = this.#writer.write(packet.data, options);
    return { channel, payload: written.payload, written };
  }

  acknowledgedBroadcast(requestId: string, data: BroadcastPacket['data'], opts: BroadcastOptions): Outgoing {
    return this.#write(this.#namespace, dialect.BROADCAST, { requestId, packet: this.#packet(data), opts });
  }

  clientCount({ id, replyTo }: AcknowledgedBroadcast, clientCount: number): Outgoing {
    return this.#write(this.channels.own(replyTo), dialect.CLIENT_COUNT, { requestId: id, clientCount });
  }

  clientAnswer({ id, replyTo }: AcknowledgedBroadcast, value: unknown, nth: number): Outgoing {
    const packet = toSendable(value, 'data');
    return this.#write(this.channels.own(replyTo), dialect.CLIENT_ANSWER, { requestId: id, packet, nth });
  }

  request(id: string | undefined, request: Request): Outgoing[] {
    const { type, data } = dialect.publishedRequest(sendableRequest(request));
    const sender = this.#settings.sender();
    const ours = dialect.saysAll(request) ? senderFields(sender) : { request: requestFields(8, id, request, sender) };
    const requestId = id === undefined ? {} : { requestId: id };
    const message = this.#write(this.#namespace, type, { ...requestId, ...data, ...ours });
    // once it is disconnected, a socket is not found any more
    if (id === undefined || request.type !== 'remoteDisconnect') return [message];
    return [this.#search(id, request), message];
  }

  again(id: string, request: Request, published: Published): Outgoing | undefined {
    if (published[8] === 0 || (request.type !== 'remoteJoin' && request.type !== 'remoteLeave')) return undefined;
    return this.#search(id, request);
  }

  reminder(to: string, id: string, request: Request, anew: boolean): Outgoing {
    const fields = requestFields(8, id, sendableRequest(request), this.#settings.sender());
    return this.#write(this.channels.own(to), dialect.REMINDER, reminderFields(fields, anew));
  }

  answering({ type }: Request): readonly DialectName[] {
    const silent: Request['type'][] = ['addSockets', 'delSockets', 'disconnectSockets', 'customRequest'];
    return silent.includes(type) ? [] : [8];
  }

  response(asked: IncomingRequest, id: string, answer: Answer): Outgoing {
    const { request, sender, replyTo } = asked;
    const channel = this.channels.own(replyTo ?? EMITTER);
    if (sender) {
      const response = responseFields(asked, id, answer, this.#settings.sender());
      return this.#write(channel, dialect.RESPONSE, { requestId: id, response });
    }
    const { type, data } = dialect.publishedResponse(request, answer.kind === 'value' ? answer.value : undefined);
    return this.#write(channel, type, { requestId: id, ...data });
  }

  hello(): Outgoing {
    return this.#write(this.#namespace, dialect.HELLO, helloFields(this.#settings.sender()));
  }

  rollCall(): Outgoing {
    return this.#write(this.#namespace, dialect.HELLO, rollCallFields(this.#settings.sender()));
  }

  helloAnswer(to: string): Outgoing {
    return this.#write(this.channels.own(to), dialect.HELLO_ANSWER, helloAnswerFields(this.#settings.sender()));
  }

  bye(): Outgoing {
    return this.#write(this.#namespace, dialect.BYE, byeFields(this.#settings.uid));
  }

  read(payload: Buffer, _channel: string, withJson: boolean): Incoming | undefined {
    if (this.#isOwnBroadcast(payload)) return undefined;
    const message = this.#readMessage(payload, withJson);
    if (message.nsp !== this.#settings.nsp || message.uid === this.#settings.uid) return undefined;
    const { type, data } = message;
    if (type === dialect.BROADCAST) return this.#readAnyBroadcast(message);
    if (type === dialect.CLIENT_COUNT || type === dialect.CLIENT_ANSWER) {
      return { kind: 'acknowledgement', acknowledgement: readAcknowledgement(message) };
    }
    if (type === dialect.RESPONSE || dialect.isPublishedResponse(message)) {
      return { kind: 'response', response: readShardedResponse(message) };
    }
    if (type === dialect.HELLO || type === dialect.HELLO_ANSWER || type === dialect.BYE) {
      const presence = readPresence(data);
      return presence && { kind: 'presence', presence };
    }
    const reminder = type === dialect.REMINDER ? readReminder(data) : undefined;
    if (reminder) return { kind: 'reminder', reminder };
    return { kind: 'request', request: readShardedRequest(message) };
  }

  kindOf(channel: string): PayloadKind {
    if (channel === this.#namespace) return 'request';
    return channel === this.#ownChannel ? 'response' : 'broadcast';
  }

  broadcasterOf(payload: Buffer): string | undefined {
    return this.#isOwnBroadcast(payload) ? this.#settings.uid : undefined;
  }

  sequenceOf(): undefined {
    return undefined;
  }

  readBroadcast(payload: Buffer, withJson: boolean): Broadcast {
    const message = this.#readMessage(payload, withJson);
    if (message.type !== dialect.BROADCAST) throw new MalformedMessageError('not a broadcast');
    return toBroadcast(message);
  }

  #isOwnBroadcast(payload: Buffer): boolean {
    const json = this.#jsonHead;
    // in MessagePack, the first byte is that of the map, whose size may differ
    return isSame(payload, 0, json, 0, json.length) || isSame(payload, 1, this.#head, 0, this.#head.length);
  }

  #readMessage(payload: Buffer, withJson: boolean): dialect.ShardedMessage {
    const message = withJson ? this.#reader.read(payload) : undefined;
    return message ?? dialect.readShardedMessage(decodeFields(payload));
  }

  #readAnyBroadcast(message: dialect.ShardedMessage): Incoming {
    const broadcast = toBroadcast(message);
    const { uid, packet, options } = broadcast;
    if (message.data.requestId === undefined) return { kind: 'broadcast', broadcast };
    const id = readString(message.data, 'requestId');
    return { kind: 'acknowledged broadcast', broadcast: { id, replyTo: uid, packet, options } };
  }

  #packet(data: BroadcastPacket['data']): BroadcastPacket {
    return { type: EVENT, data: toSendable(data, 'data') as BroadcastPacket['data'], nsp: this.#settings.nsp };
  }

  #search(requestId: string, request: Request): Outgoing {
    const { type, data } = dialect.publishedSearch(request);
    const fields = { ...requestFields(8, requestId, request, this.#settings.sender()), repeated: true };
    return this.#write(this.#namespace, type, { requestId, ...data, request: fields });
  }

  #write(channel: string, type: number | string, data: Record<string, unknown>): Outgoing {
    const { uid, nsp } = this.#settings;
    const message = { uid, nsp, type, data };
    return {
      channel,
      payload: containsBinary(data) ? encodeMessagePack(toSendable(message, 'data')) : JSON.stringify(message),
    };
  }
}

function hasOwnChannel(room: Room, mode: ShardedMode): boolean {
  if (mode === 'static') return false;
  return mode === 'dynamic-private' || !(typeof room === 'string' && room.length === SOCKET_ID_LENGTH);
}

function toBroadcast({ uid, nsp, data }: dialect.ShardedMessage): Broadcast {
  const { rooms, except, flags } = readOptions(data.opts);
  const { seq } = (data.opts ?? {}) as { seq?: unknown };
  const options = { rooms, except, flags, seq: typeof seq === 'number' ? seq : undefined };
  return { uid, packet: readPacket(data.packet, nsp), options };
}

function readAcknowledgement({ uid, type, data }: dialect.ShardedMessage): Acknowledgement {
  const common = { id: readString(data, 'requestId'), sender: { uid, link: uid, nodes: [uid] } };
  if (type === dialect.CLIENT_ANSWER) return { ...common, type: 'answer', value: data.packet, nth: readNth(data) };
  const { clientCount } = data;
  if (!isCount(clientCount)) throw new MalformedMessageError('"clientCount" is no number of clients');
  return { ...common, type: 'count', clients: clientCount };
}

function readShardedRequest(message: dialect.ShardedMessage): IncomingRequest {
  const { uid, data } = message;
  if (isRecord(data.request) && dialect.mayHoldRequest(message)) return { ...readRequest(data.request), replyTo: uid };
  return {
    dialect: 8,
    id: data.requestId === undefined ? undefined : readString(data, 'requestId'),
    sender: readSender({ ...data, uid }),
    replyTo: uid,
    repeated: false,
    packed: data.packed === true,
    request: dialect.readPublishedRequest(message),
  };
}

function readShardedResponse(message: dialect.ShardedMessage): Response {
  const { type, data } = message;
  if (type === dialect.RESPONSE && isRecord(data.response)) {
    const response = readResponse(data.response);
    const { id, sender } = response;
    return { id, sender, answerTo: (request) => readAnswer(request, response) };
  }
  return {
    id: readString(data, 'requestId'),
    sender: undefined,
    answerTo: (request) => dialect.readPublishedAnswer(request, message),
  };
}
