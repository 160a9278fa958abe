import uid2 from 'uid2';
import type { Limits } from '../limits';
import type { Degraded, PubSub, Restored } from '../redis/pub-sub';
import type { BroadcastOptions, BroadcastPacket, JsonSource } from '../wire/broadcast';
import type { Request, Room, Sender } from '../wire/messages';
import { asRooms } from '../wire/rooms';
import type { Outgoing, Wire } from '../wire/wire';
import { within } from '../within';
import { Accounts } from './accounts';
import { Acknowledgements } from './acknowledgements';
import { type BroadcastRouter, broadcastRouterOf } from './broadcast-router';
import { Broadcasts } from './broadcasts';
import { type AdapterHealth, healthOf } from './health';
import { Joining } from './joining';
import { keepAliveUntil } from './keep-alive';
import type { LocalNode } from './local-node';
import { Neighbours } from './neighbours';
import { Outbox } from './outbox';
import { Peers } from './peers';
import { explain } from './permissions';
import { Receiver } from './receiver';
import { isOrder, unanswered } from './request-kinds';
import { Requests } from './requests';
import { Responder } from './responder';
import { RollCall } from './roll-call';
import { RoomChannels } from './room-channels';
import { Numbering } from './sequences';
import type { AdapterStats } from './stats';
import type { NodeCallback } from './waiting-request';
import { wireTransport } from './wire-transport';

/** How a node hears broadcasts: all of the namespace's, or those for the rooms of its own sockets. */
export type SubscriptionMode = 'static' | 'dynamic' | 'dynamic-private';

export interface ClusterNodeSettings extends Limits {
  /** The namespace's name. */
  nsp: string;
  prefix: string;
  uid: string;
  /** In milliseconds. */
  requestsTimeout: number;
  subscriptionMode: SubscriptionMode;
  maxSubscriptions: number;
  pubSub: PubSub;
  local: LocalNode;
  /** How the namespace's nodes write to each other. */
  createWire(sender: () => Sender): Wire;
  onError(error: Error): void;
  onOutage(outage: Degraded): void;
  onRestored(end: Restored): void;
}

/** One server's part in the conversation that the nodes of a namespace have: it tells, asks and answers. */
export class ClusterNode {
  /** Fulfilled once the node hears the others, or is closed. */
  readonly ready: Promise<void>;
  readonly #accounts: Accounts;
  readonly #outbox: Outbox;
  readonly #settings: ClusterNodeSettings;
  readonly #wire: Wire;
  readonly #neighbours: Neighbours;
  readonly #requests: Requests;
  readonly #acknowledgements: Acknowledgements;
  readonly #responder: Responder;
  readonly #peers: Peers;
  readonly #rollCall: RollCall;
  readonly #joining = new Joining();
  readonly #broadcasts: Broadcasts;
  readonly #receiver: Receiver;
  readonly #router: BroadcastRouter | undefined;
  readonly #roomChannels: RoomChannels | undefined;
  /** Fulfilled once requests and responses are heard. */
  readonly #inConversation: Promise<unknown>;
  #hearsAnswers = false;
  readonly #numbering: Numbering;
  readonly #stops: (() => void)[];
  readonly #stopOutages: readonly (() => void)[];
  readonly #onMessage = (payload: Buffer, channel: string) => this.#receiver.hear(payload, channel);
  #closed: Promise<void> | undefined;

  constructor(settings: ClusterNodeSettings) {
    const { uid, pubSub, local, onError, onOutage: degraded, onRestored: restored } = settings;
    this.#settings = settings;
    this.#numbering = new Numbering(settings.nsp);
    this.#accounts = new Accounts({ nsp: settings.nsp, uid });
    this.#outbox = new Outbox(pubSub, this.#accounts, settings.maxQueuedBytes);
    this.#wire = settings.createWire(() => this.#neighbours.sender);
    const { channels, sharded } = this.#wire;
    const own = { uid, link: pubSub.id };
    this.#neighbours = new Neighbours(own, channels.broadcast);
    this.#neighbours.join();
    const counting = { ...own, neighbours: () => this.#neighbours.uids };
    this.#peers = new Peers(counting, pubSub, channels, (error) => onError(explain(error, 'pubsub', sharded)));
    this.#rollCall = new RollCall({
      peers: this.#peers,
      pubSub,
      patience: settings.requestsTimeout,
      greet: () => this.#outbox.send(this.#wire.rollCall()),
    });
    this.#responder = new Responder(local, {
      wire: this.#wire,
      patience: settings.requestsTimeout,
      send: (message, onSettled) => this.#outbox.send(message, onSettled),
      onError,
    });
    this.#requests = this.#createRequests(own);
    this.#acknowledgements = new Acknowledgements(onError);
    const hearsAll = settings.subscriptionMode === 'static';
    this.#broadcasts = new Broadcasts({ ...settings, hearsAll, wire: this.#wire, accounts: this.#accounts });
    this.#receiver = this.#createReceiver();
    this.#roomChannels = hearsAll ? undefined : this.#createRoomChannels();
    this.#router = this.#roomChannels || sharded ? undefined : broadcastRouterOf(pubSub, settings.prefix);
    this.#stops = [pubSub.onError((error, failed) => onError(explain(error, failed, sharded)))];
    this.#stopOutages = [
      this.#accounts.follow(pubSub.connectivity),
      pubSub.connectivity.listen({ degraded, restored }),
    ];
    this.#inConversation = pubSub.subscribe(channels.conversation, this.#onMessage).then(() => this.#greet());
    const heard = Promise.all([this.#router?.add(this.#broadcasts), this.#roomChannels?.start(), this.#inConversation]);
    void heard.then(() => this.#closed ?? pubSub.connectivity.works('receiving'));
    // others on the same clients may go on waiting for what all of them hear
    const closed = new Promise<void>((resolve) => this.#stops.push(resolve));
    this.ready = keepAliveUntil(Promise.race([heard, closed]));
  }

  get stats(): AdapterStats {
    return { ...structuredClone(this.#accounts.counters), subscriptions: this.#settings.pubSub.channelCount };
  }

  get health(): AdapterHealth {
    return healthOf(this.#settings.pubSub, this.#peers);
  }

  /**
   * @returns the broadcast as it was written, for local sockets
   * @throws {UnsendableValueError} before anything is sent
   */
  broadcast(data: BroadcastPacket['data'], options: BroadcastOptions): JsonSource | undefined {
    const published = this.#peers.recent()?.published;
    // written out, since a spread takes five times as long
    const [rooms, except] = [asRooms(options.rooms), asRooms(options.except)];
    const numbered = { rooms, except, flags: options.flags, seq: this.#numbering.next };
    const message = this.#wire.broadcast(data, numbered, published, this.#joining.concerns(rooms));
    this.#numbering.used();
    this.#outbox.sendAnyway(message);
    return message.written;
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
    const message = this.#wire.acknowledgedBroadcast(id, data, options);
    this.#acknowledgements.expect(id, timeout, onCount, onAnswer, (counted) => {
      this.#rollCall.call(this.#peers.names.filter((uid) => !counted.has(uid)));
    });
    this.#outbox.sendAnyway(message);
  }

  /** Asks the nodes; see `Requests.ask()` for what can go wrong, and request-kinds.ts for whom it is about. */
  ask(request: Request, timeout?: number): Promise<unknown> {
    // as with what is emitted after `close()`: it fails, since no answer is heard, and is carried out all the same
    if (this.#closed && isOrder(request)) this.tell(request);
    const answer = this.#requests.ask(request, timeout);
    void this.#joining.during(request, answer);
    return answer;
  }

  /** The same with a callback; for what makes no socket join. */
  askWith(request: Request, fn: NodeCallback<unknown>): void {
    this.#requests.askWith(request, fn);
  }

  /** Tells the other nodes something that needs no answer. @throws {UnsendableValueError} before anything is sent */
  tell(request: Request): void {
    for (const message of this.#wire.request(undefined, unanswered(request))) this.#outbox.sendAnyway(message);
  }

  /**
   * How many nodes answer a broadcast with acknowledgements, this one included: nodes of socket.io-redis 5.x do not. When
   * Redis does not tell, or not within `requestsTimeout`, it is those that were heard of.
   */
  async countNodes(): Promise<number> {
    const { requestsTimeout, onError } = this.#settings;
    const counted = this.#inConversation.then(() => this.#peers.census());
    try {
      if (await within(requestsTimeout, counted)) {
        const { named, published } = await counted;
        return named.length + published[8];
      }
    } catch (error) {
      onError(error as Error);
    }
    return this.#peers.heardOf + 1;
  }

  /**
   * A socket of this node has joined rooms.
   *
   * @returns once broadcasts for them are heard; undefined when they are already
   */
  joined(rooms: Iterable<Room>): Promise<void> | undefined {
    return this.#roomChannels?.add(asRooms(rooms));
  }

  /** A socket of this node has left rooms. */
  left(rooms: Iterable<Room>): void {
    if (!this.#roomChannels) return;
    for (const room of asRooms(rooms)) if (!this.#settings.local.hasRoom(String(room))) this.#roomChannels.remove(room);
  }

  /** Says farewell, settles what waits, and gives up the subscriptions. Closing twice is the same as closing once. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { pubSub } = this.#settings;
    // what is given up now looks as if it worked
    for (const stop of this.#stopOutages) stop();
    this.#requests.close();
    this.#rollCall.close();
    this.#acknowledgements.close();
    const isReplaced = this.#neighbours.leave();
    // who has taken its place would not be waited for any more
    if (!isReplaced) this.#outbox.send(this.#wire.bye());
    this.#outbox.close();
    await Promise.all([
      this.#router?.remove(this.#broadcasts),
      this.#roomChannels?.close(),
      pubSub.unsubscribe(this.#wire.channels.conversation, this.#onMessage),
    ]);
    for (const stop of this.#stops) stop();
  }

  #createRequests(own: { uid: string; link: string }): Requests {
    const send = (message: Outgoing) => this.#outbox.sent(message);
    return new Requests(own, {
      ...wireTransport({ wire: this.#wire, peers: this.#peers, pubSub: this.#settings.pubSub, send }),
      requestsTimeout: this.#settings.requestsTimeout,
      maxPendingRequests: this.#settings.maxPendingRequests,
      onUnanswered: (request, uids, since) => this.#rollCall.missed(request, uids, since),
      onSettled: (request, error, duration) => this.#accounts.request(request, error, duration),
      onRefused: () => this.#accounts.refused(),
      local: {
        answer: (request) => this.#responder.answerOwn(request),
        isHere: (sid) => this.#settings.local.roomsOf(sid) !== undefined,
      },
      hear: () => (this.#hearsAnswers ? undefined : this.#inConversation),
    });
  }

  #createReceiver(): Receiver {
    return new Receiver({
      ...this.#settings,
      wire: this.#wire,
      broadcasts: this.#broadcasts,
      requests: this.#requests,
      acknowledgements: this.#acknowledgements,
      responder: this.#responder,
      peers: this.#peers,
      accounts: this.#accounts,
      send: (message) => this.#outbox.send(message),
    });
  }

  #createRoomChannels(): RoomChannels {
    const { pubSub, local, maxSubscriptions, requestsTimeout, onError } = this.#settings;
    const { broadcast, pattern, room } = this.#wire.channels;
    return new RoomChannels({
      pubSub,
      channelOf: room,
      rooms: () => local.roomNames(),
      // on the sharded wire, it is a part of the conversation
      always: this.#wire.sharded ? [] : [broadcast],
      pattern,
      maxSubscriptions,
      patience: requestsTimeout,
      onMessage: (payload, channel) => this.#broadcasts.hear(channel.slice(broadcast.length, -1), payload),
      onError,
    });
  }

  #greet(): void {
    this.#hearsAnswers = true;
    if (this.#closed) return;
    this.#outbox.send(this.#wire.hello());
    this.#peers.recent();
  }
}
