import debugModule from 'debug';
import uid2 from 'uid2';
import { AdapterClosedError } from '../errors';
import type { PubSub } from '../redis/pub-sub';
import { encodeAcknowledgedBroadcast, readAcknowledgedBroadcast, readAcknowledgement } from '../wire/acknowledgements';
import { containsBinary } from '../wire/binary';
import {
  BINARY_EVENT,
  type Broadcast,
  type BroadcastOptions,
  type BroadcastPacket,
  broadcastHead,
  type Codec,
  decodeBroadcast,
  EVENT,
  encodeBroadcast,
  isFrom,
} from '../wire/broadcast';
import { broadcastChannel, type Channels, channelsOf, ownResponseChannel } from '../wire/channels';
import type { DialectName, IncomingRequest, IncomingResponse, Request, Sender } from '../wire/messages';
import { decodeFields } from '../wire/payload';
import { encodeBye, encodeHello, type Presence, readPresence } from '../wire/presence';
import { encodeAgain, encodeRequest, otherThan, readAnswer, readRequest, readResponse } from '../wire/requests';
import { Acknowledgements } from './acknowledgements';
import { type BroadcastReceiver, type BroadcastRouter, broadcastRouterOf } from './broadcast-router';
import type { LocalNode } from './local-node';
import { type Census, Peers } from './peers';
import { Requests } from './requests';
import { Responder } from './responder';
import { type AdapterStats, emptyStats } from './stats';

const debug = debugModule('socket.io-redis:node');

export interface ClusterNodeSettings {
  /** The namespace's name. */
  nsp: string;
  prefix: string;
  uid: string;
  /** In milliseconds. */
  requestsTimeout: number;
  /** The dialect of the node's generation of Socket.IO, in which it asks. It understands both. */
  dialect: DialectName;
  /** How broadcasts are written. */
  codec: Codec;
  pubSub: PubSub;
  local: LocalNode;
  onError(error: Error): void;
}

/** One server's part in the conversation that the nodes of a namespace have: it tells, asks and answers. */
export class ClusterNode implements BroadcastReceiver {
  readonly nsp: string;
  readonly uid: string;
  readonly stats: AdapterStats = emptyStats();
  /** Fulfilled once the node hears the others, or is closed. */
  readonly ready: Promise<void>;
  readonly #settings: ClusterNodeSettings;
  readonly #channels: Channels;
  readonly #router: BroadcastRouter;
  readonly #requests: Requests;
  readonly #acknowledgements = new Acknowledgements();
  readonly #responder: Responder;
  readonly #peers: Peers;
  readonly #head: Buffer;
  /** Fulfilled once requests and responses are heard. */
  readonly #inConversation: Promise<unknown>;
  readonly #stopErrors: () => void;
  readonly #onRequest = (payload: Buffer) => this.#guard('request', () => this.#receiveRequest(payload));
  readonly #onResponse = (payload: Buffer) => this.#guard('response', () => this.#receiveResponse(payload));
  #closed: Promise<void> | undefined;

  constructor(settings: ClusterNodeSettings) {
    const { nsp, prefix, uid, pubSub, local, requestsTimeout, onError } = settings;
    this.#settings = settings;
    this.nsp = nsp;
    this.uid = uid;
    this.#head = broadcastHead(uid);
    this.#channels = channelsOf(prefix, nsp);
    this.#router = broadcastRouterOf(pubSub, prefix);
    this.#responder = new Responder(local, {
      sender: () => this.#sender,
      reply: (to, payload) => void this.#publish(this.#responseChannel(to), payload),
      onError,
    });
    const own = { uid, link: pubSub.id };
    this.#peers = new Peers(own, pubSub, this.#channels);
    this.#requests = new Requests(own, {
      requestsTimeout,
      answer: (request) => this.#responder.answer(request),
      send: (id, request) => this.#ask(id, request),
      repeat: (id, request, census) => this.#askAgain(id, request, census),
      census: () => this.#peers.census(),
    });
    this.#stopErrors = pubSub.onError(onError);
    this.#inConversation = Promise.all([
      pubSub.subscribe([this.#channels.request], this.#onRequest),
      pubSub.subscribe([this.#channels.response, this.#responseChannel(uid)], this.#onResponse),
    ]).then(() => this.#greet());
    this.ready = keepAliveUntil(Promise.all([this.#router.add(this), this.#inConversation]));
  }

  /** @throws {UnsendableValueError} before anything is sent */
  broadcast(data: BroadcastPacket['data'], options: BroadcastOptions): void {
    const packet = { type: this.#typeOf(data, options), data, nsp: this.nsp };
    const payload = encodeBroadcast(this.uid, packet, options, this.#settings.codec);
    void this.#publish(broadcastChannel(this.#channels, options.rooms), payload);
  }

  /**
   * Sends a packet to the clients of the other nodes, and waits for their answers.
   *
   * @param timeout - in milliseconds
   * @param onCount - called for each node, with the number of its clients
   * @param onAnswer - called for each client that answers
   * @throws {UnsendableValueError} before anything is sent
   */
  broadcastWithAcknowledgement(
    data: BroadcastPacket['data'],
    options: BroadcastOptions,
    timeout: number,
    onCount: (clients: number) => void,
    onAnswer: (value: unknown) => void,
  ): void {
    const id = uid2(6);
    const packet = { type: EVENT, data, nsp: this.nsp };
    const payload = encodeAcknowledgedBroadcast(id, packet, options, this.#sender);
    this.#acknowledgements.expect(id, timeout, onCount, onAnswer);
    void this.#publish(this.#channels.request, payload);
  }

  /** Asks the nodes; see `Requests.ask()` for what can go wrong, and request-kinds.ts for whom it is about. */
  ask(request: Request): Promise<unknown> {
    return this.#requests.ask(request);
  }

  /** Tells the other nodes something that needs no answer. @throws {UnsendableValueError} before anything is sent */
  tell(request: Request): void {
    const payload = encodeRequest(this.#settings.dialect, undefined, request, this.#sender);
    void this.#publish(this.#channels.request, payload);
  }

  /**
   * How many nodes answer a broadcast with acknowledgements, this one included: nodes of socket.io-redis 5.x do not. When
   * Redis does not tell, it is those that were heard of.
   */
  async countNodes(): Promise<number> {
    await this.#inConversation;
    try {
      const { named, published } = await this.#peers.census();
      return named.length + published[8];
    } catch (error) {
      this.#settings.onError(error as Error);
      return this.#peers.heardOf + 1;
    }
  }

  wants(room: string, payload: Buffer): boolean {
    return (room === '' || this.#settings.local.hasRoom(room)) && !isFrom(this.#head, payload);
  }

  decode(payload: Buffer): Broadcast {
    return decodeBroadcast(payload, this.#settings.codec);
  }

  receive({ uid, packet, options }: Broadcast): void {
    // a channel's name can be that of several namespaces: the packet itself says which one it is for
    if (packet.nsp !== this.nsp || uid === this.uid) return;
    this.stats.received += 1;
    try {
      this.#settings.local.deliver(packet, options);
    } catch (error) {
      this.#settings.onError(error as Error);
    }
  }

  drop(kind: keyof AdapterStats['malformed'], reason: unknown): void {
    this.stats.malformed[kind] += 1;
    debug('dropped a malformed %s in %s: %s', kind, this.nsp, reason);
  }

  /** Says farewell, settles what waits, and gives up the subscriptions. Closing twice is the same as closing once. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { pubSub } = this.#settings;
    this.#requests.close();
    this.#acknowledgements.close();
    void this.#publish(this.#channels.request, encodeBye(this.uid));
    await Promise.all([
      this.#router.remove(this),
      pubSub.unsubscribe([this.#channels.request], this.#onRequest),
      pubSub.unsubscribe([this.#channels.response, this.#responseChannel(this.uid)], this.#onResponse),
    ]);
    this.#stopErrors();
  }

  /**
   * What kind of event others are to take it for. Nodes of this package see for themselves whether it is binary. But 5.x writes
   * an EVENT as JSON, whatever it holds, and 8.x breaks a BINARY_EVENT, which ends the client's connection.
   */
  #typeOf(data: unknown, { flags }: BroadcastOptions): number {
    const { dialect } = this.#settings;
    const last = this.#peers.recent();
    const old = (last?.published[8] ?? 0) === 0 && (dialect === 5 || (last?.published[5] ?? 0) > 0);
    return old && (flags.binary ?? containsBinary(data)) ? BINARY_EVENT : EVENT;
  }

  #responseChannel(uid: string | undefined): string {
    return uid === undefined ? this.#channels.response : ownResponseChannel(this.#channels, uid);
  }

  get #sender(): Sender {
    const nodes = this.#router.nodesOf(this.nsp).map(({ uid }) => uid);
    return { uid: this.uid, link: this.#settings.pubSub.id, nodes: nodes.length > 0 ? nodes : [this.uid] };
  }

  #greet(): void {
    if (this.#closed) return;
    void this.#publish(this.#channels.request, encodeHello(this.#sender, false));
    this.#peers.recent();
  }

  async #ask(id: string, request: Request): Promise<Error | undefined> {
    await this.#inConversation;
    return this.#publish(this.#channels.request, encodeRequest(this.#settings.dialect, id, request, this.#sender));
  }

  async #askAgain(id: string, request: Request, { published }: Census): Promise<void> {
    const { dialect } = this.#settings;
    const payload = published[otherThan(dialect)] > 0 && encodeAgain(dialect, id, request, this.#sender);
    if (payload) await this.#publish(this.#channels.request, payload);
  }

  #receiveRequest(payload: Buffer): void {
    const fields = decodeFields(payload);
    if (fields.uid === this.uid) return;
    const presence = readPresence(fields);
    const broadcast = readAcknowledgedBroadcast(fields);
    if (presence) this.#receivePresence(presence);
    else if (broadcast) this.#responder.broadcast(broadcast);
    else this.#receiveQuestion(readRequest(fields));
  }

  #receiveQuestion(incoming: IncomingRequest): void {
    if (incoming.sender) this.#peers.learn(incoming.sender);
    if (!incoming.repeated) void this.#responder.respond(incoming);
  }

  #receivePresence(presence: Presence): void {
    if (presence.type === 'bye') {
      this.#peers.forget(presence.uid);
      this.#requests.nodeLeft(presence.uid);
      return;
    }
    this.#peers.learn(presence.sender);
    if (presence.answer) return;
    void this.#publish(this.#responseChannel(presence.sender.uid), encodeHello(this.#sender, true));
  }

  #receiveResponse(payload: Buffer): void {
    const fields = decodeFields(payload);
    const presence = readPresence(fields);
    const acknowledgement = readAcknowledgement(fields);
    if (presence) this.#receivePresence(presence);
    else if (acknowledgement) this.#acknowledgements.receive(acknowledgement);
    else this.#receiveAnswer(readResponse(fields));
  }

  #receiveAnswer(response: IncomingResponse): void {
    const request = this.#requests.get(response.id);
    if (!request) return;
    const answer = readAnswer(request, response);
    if (response.sender) this.#peers.learn(response.sender);
    this.#requests.add(response.id, response.sender, answer);
  }

  async #publish(channel: string, payload: string | Buffer): Promise<Error | undefined> {
    if (this.#closed) return new AdapterClosedError();
    this.stats.published += 1;
    const failure = await this.#settings.pubSub.publish(channel, payload);
    if (failure) {
      this.stats.unpublished += 1;
      debug('could not publish to %s: %s', channel, failure);
    }
    return failure;
  }

  #guard(kind: 'request' | 'response', receive: () => void): void {
    try {
      receive();
    } catch (error) {
      this.drop(kind, error);
    }
  }
}

/** Who waits for a node before it has an HTTP server must not see the process end: the connections alone do not keep it. */
async function keepAliveUntil(ready: Promise<unknown>): Promise<void> {
  const timer = setInterval(() => {}, 2 ** 30);
  await ready.finally(() => clearInterval(timer));
}
