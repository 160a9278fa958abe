import debugModule from 'debug';
import type { PubSub } from '../redis/pub-sub';
import {
  type Broadcast,
  type BroadcastPacket,
  broadcastHead,
  encodeBroadcast,
  isFrom,
  type OutgoingOptions,
} from '../wire/broadcast';
import { broadcastChannel, type Channels, channelsOf, ownResponseChannel } from '../wire/channels';
import * as dialect from '../wire/dialect-5';
import { parseRecord } from '../wire/malformed';
import type { Answer, IncomingRequest, Request, Sender } from '../wire/messages';
import { encodeBye, readBye } from '../wire/presence';
import { answerLocally } from './answer';
import { type BroadcastRouter, broadcastRouterOf } from './broadcast-router';
import type { LocalNode } from './local-node';
import { Peers } from './peers';
import { Requests } from './requests';
import { type AdapterStats, emptyStats } from './stats';

const debug = debugModule('socket.io-redis:node');

export interface ClusterNodeSettings {
  /** The namespace's name. */
  nsp: string;
  prefix: string;
  uid: string;
  /** In milliseconds. */
  requestsTimeout: number;
  pubSub: PubSub;
  local: LocalNode;
  onError(error: Error): void;
}

/** One server's part in the conversation that the nodes of a namespace have: it tells, asks and answers. */
export class ClusterNode {
  readonly nsp: string;
  readonly uid: string;
  readonly stats: AdapterStats = emptyStats();
  /** Fulfilled once the node hears the others, or is closed. */
  readonly ready: Promise<void>;
  readonly #settings: ClusterNodeSettings;
  readonly #channels: Channels;
  readonly #router: BroadcastRouter;
  readonly #requests: Requests;
  readonly #peers = new Peers();
  readonly #head: Buffer;
  /** Fulfilled once requests and responses are heard. */
  readonly #inConversation: Promise<unknown>;
  readonly #stopErrors: () => void;
  readonly #onRequest = (payload: Buffer) => this.#guard('request', () => this.#receiveRequest(payload));
  readonly #onResponse = (payload: Buffer) => this.#guard('response', () => this.#receiveResponse(payload));
  #closed: Promise<void> | undefined;

  constructor(settings: ClusterNodeSettings) {
    const { nsp, prefix, uid, pubSub, local, requestsTimeout } = settings;
    this.#settings = settings;
    this.nsp = nsp;
    this.uid = uid;
    this.#head = broadcastHead(uid);
    this.#channels = channelsOf(prefix, nsp);
    this.#router = broadcastRouterOf(pubSub, prefix);
    this.#requests = new Requests(
      { uid, link: pubSub.id },
      {
        requestsTimeout,
        answer: (request) => this.#answer(local, request),
        send: (id, request) => this.#send(id, request),
        census: () => this.#census(),
      },
    );
    this.#stopErrors = pubSub.onError(settings.onError);
    this.#inConversation = Promise.all([
      pubSub.subscribe([this.#channels.request], this.#onRequest),
      pubSub.subscribe(this.#responseChannels, this.#onResponse),
    ]);
    this.ready = Promise.all([this.#router.add(this), this.#inConversation]).then(() => debug('%s hears %s', uid, nsp));
  }

  /** @throws {UnsendableValueError} before anything is sent */
  broadcast(packet: BroadcastPacket, options: OutgoingOptions): void {
    const payload = encodeBroadcast(this.uid, packet, options);
    void this.#publish(broadcastChannel(this.#channels, options.rooms), payload);
  }

  /** Asks all nodes, this one included; see `Requests.ask()` for what can go wrong. */
  ask(request: Request): Promise<unknown> {
    return this.#requests.ask(request);
  }

  /** Whether a broadcast on the channel of a room ('' for none) can concern this node. */
  wants(room: string, payload: Buffer): boolean {
    return (room === '' || this.#settings.local.hasRoom(room)) && !isFrom(this.#head, payload);
  }

  /** A channel's name can be that of several namespaces: the packet itself says which one it is for. */
  receive({ uid, packet, options }: Broadcast): void {
    if (packet.nsp !== this.nsp || uid === this.uid) return;
    this.stats.received += 1;
    try {
      this.#settings.local.deliver(packet, options);
    } catch (error) {
      this.#settings.onError(error as Error);
    }
  }

  /** Takes note of a payload that no peer would send. */
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
    void this.#publish(this.#channels.request, encodeBye(this.uid));
    await Promise.all([
      this.#router.remove(this),
      pubSub.unsubscribe([this.#channels.request], this.#onRequest),
      pubSub.unsubscribe(this.#responseChannels, this.#onResponse),
    ]);
    this.#stopErrors();
  }

  get #responseChannels(): string[] {
    return [this.#channels.response, ownResponseChannel(this.#channels, this.uid)];
  }

  get #sender(): Sender {
    const nodes = this.#router.nodesOf(this.nsp).map(({ uid }) => uid);
    return { uid: this.uid, link: this.#settings.pubSub.id, nodes };
  }

  async #send(id: string, request: Request): Promise<Error | undefined> {
    await this.#inConversation;
    return this.#publish(this.#channels.request, dialect.encodeRequest(id, request, this.#sender));
  }

  #census() {
    const { request, response } = this.#channels;
    return this.#peers.census(
      (channels) => this.#settings.pubSub.countSubscribers(channels),
      [request, response],
      (uid) => ownResponseChannel(this.#channels, uid),
    );
  }

  #receiveRequest(payload: Buffer): void {
    const fields = parseRecord(payload);
    if (fields.uid === this.uid) return;
    const leaving = readBye(fields);
    if (leaving !== undefined) {
      this.#peers.forget(leaving);
      this.#requests.nodeLeft(leaving);
      return;
    }
    const incoming = dialect.decodeRequest(fields);
    if (incoming.sender) this.#peers.learn(incoming.sender);
    void this.#answer(this.#settings.local, incoming.request).then((answer) => this.#respond(incoming, answer));
  }

  async #respond({ id, sender, request }: IncomingRequest, answer: Answer): Promise<void> {
    // a published node takes any message with its request's id for a success
    if (!sender && !answer.found) return;
    const channel = sender ? ownResponseChannel(this.#channels, sender.uid) : this.#channels.response;
    await this.#publish(channel, this.#encodeResponse(id, request, answer));
  }

  /** What a `customHook` answers may be impossible to write: then it has answered nothing. */
  #encodeResponse(id: string, request: Request, answer: Answer): string {
    try {
      return dialect.encodeResponse(id, request, answer, this.#sender);
    } catch (error) {
      this.#settings.onError(error as Error);
      return dialect.encodeResponse(id, request, { found: true, value: null }, this.#sender);
    }
  }

  #receiveResponse(payload: Buffer): void {
    const response = dialect.decodeResponse(parseRecord(payload));
    const request = this.#requests.get(response.id);
    if (!request) return;
    const answer = dialect.readAnswer(request, response);
    if (response.sender) this.#peers.learn(response.sender);
    this.#requests.add(response.id, response.sender, answer);
  }

  /** Never rejects: what a user's hook throws is told here, and nobody has to wait for it. */
  async #answer(local: LocalNode, request: Request): Promise<Answer> {
    try {
      return await answerLocally(local, request);
    } catch (error) {
      this.#settings.onError(error as Error);
      return { found: true, value: null };
    }
  }

  async #publish(channel: string, payload: string | Buffer): Promise<Error | undefined> {
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
