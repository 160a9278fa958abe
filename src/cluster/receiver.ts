import debugModule from 'debug';
import type { Broadcast } from '../wire/broadcast';
import type { IncomingRequest } from '../wire/messages';
import type { Presence } from '../wire/presence';
import type { Incoming, Outgoing, PayloadKind, Response, Wire } from '../wire/wire';
import type { Acknowledgements } from './acknowledgements';
import type { BroadcastReceiver } from './broadcast-router';
import type { LocalNode } from './local-node';
import type { Peers } from './peers';
import type { Requests } from './requests';
import type { Responder } from './responder';
import { isNumbered, Sequences } from './sequences';
import type { Counters } from './stats';
import { tell } from './telemetry';

const debug = debugModule('socket.io-redis:node');

/** How long others may still answer this node's hello, at most. */
const NEW_MS = 10_000;
/** How much later than on one channel a message comes on another at most, as a rule. */
const OVERTAKING_MS = 100;

export interface ReceiverSettings {
  nsp: string;
  uid: string;
  maxPayloadBytes: number;
  /** Whether it hears all of the namespace's broadcasts, those for no socket of its own included. */
  hearsAll: boolean;
  wire: Wire;
  local: LocalNode;
  requests: Requests;
  acknowledgements: Acknowledgements;
  responder: Responder;
  peers: Peers;
  stats: Counters;
  /** Sends something to another node. */
  send(message: Outgoing): void;
  /** A broadcast of this node came back. */
  onEcho(): void;
  onError(error: Error): void;
}

/** A node's listening half: takes what comes from Redis to where it belongs. Whatever comes, it goes on. */
export class Receiver implements BroadcastReceiver {
  readonly nsp: string;
  readonly #settings: ReceiverSettings;
  readonly #sequences = new Sequences();
  readonly #numbered: boolean;
  /** The ids of the requests that it has heard, while it is new. */
  #heard: Set<string> | undefined = new Set();
  readonly #aging: NodeJS.Timeout;

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
    this.nsp = settings.nsp;
    this.#numbered = isNumbered(settings.nsp);
    this.#aging = setTimeout(() => {
      this.#heard = undefined;
    }, NEW_MS).unref();
  }

  /** Nothing comes any more. */
  close(): void {
    clearTimeout(this.#aging);
  }

  /** Takes what comes on a channel of the conversation. */
  hear(payload: Buffer, channel: string): void {
    const { wire, local } = this.#settings;
    if (this.#isTooLarge(payload)) return;
    try {
      const incoming = wire.read(payload, channel, local.takesJson);
      if (incoming) this.#take(incoming);
    } catch (error) {
      this.drop(wire.kindOf(channel), error);
    }
  }

  /** Takes what comes on the channel of a room ('' for none). */
  hearBroadcast(room: string, payload: Buffer): void {
    if (!this.wants(room, payload)) return;
    try {
      this.receive(this.decode(payload));
    } catch (error) {
      this.drop('broadcast', error);
    }
  }

  wants(room: string, payload: Buffer): boolean {
    const { local, wire } = this.#settings;
    if (wire.isOwnBroadcast(payload)) {
      this.#settings.onEcho();
      return false;
    }
    if (this.#hasCome(wire.broadcasterOf(payload), wire.sequenceOf(payload))) return false;
    return (room === '' || local.hasRoom(room)) && !this.#isTooLarge(payload);
  }

  decode(payload: Buffer): Broadcast {
    const { wire, local } = this.#settings;
    return wire.readBroadcast(payload, local.takesJson);
  }

  receive({ uid, packet, options }: Broadcast): void {
    const { local, wire, stats, onError } = this.#settings;
    // a channel's name can be that of several namespaces: the packet itself says which one it is for
    if (packet.nsp !== this.nsp || uid === this.#settings.uid) return;
    if (wire.sharded && this.#hasCome(uid, options.seq)) return;
    stats.received += 1;
    tell('received', this.#settings, () => ({}));
    try {
      local.deliver(packet, options);
    } catch (error) {
      onError(error as Error);
    }
  }

  drop(kind: PayloadKind, reason: unknown): void {
    this.#settings.stats.malformed[kind] += 1;
    tell('dropped', this.#settings, () => ({ channel: kind, reason }));
    debug('dropped a malformed %s in %s: %s', kind, this.nsp, reason);
  }

  #hasCome(uid: string | undefined, number: number | undefined): boolean {
    if (uid === undefined || number === undefined || !this.#numbered) return false;
    const { stats, hearsAll } = this.#settings;
    const missing = this.#sequences.take(uid, number);
    if (missing === false) {
      stats.repeated += 1;
      return true;
    }
    if (hearsAll) stats.missed += missing;
    return false;
  }

  #isTooLarge({ length }: Buffer): boolean {
    const { maxPayloadBytes, stats } = this.#settings;
    if (length <= maxPayloadBytes) return false;
    stats.oversized += 1;
    debug('dropped a message of %d bytes in %s', length, this.nsp);
    return true;
  }

  #take(incoming: Incoming): void {
    const { acknowledgements, peers, requests, responder } = this.#settings;
    if (incoming.kind === 'broadcast') this.receive(incoming.broadcast);
    else if (incoming.kind === 'acknowledged broadcast') responder.broadcast(incoming.broadcast);
    else if (incoming.kind === 'acknowledgement') acknowledgements.receive(incoming.acknowledgement);
    else if (incoming.kind === 'presence') this.#takePresence(incoming.presence);
    else if (incoming.kind === 'request') this.#takeRequest(incoming.request);
    else takeResponse(incoming.response, requests, peers);
  }

  #takePresence(presence: Presence): void {
    const { peers, requests, wire, send } = this.#settings;
    switch (presence.type) {
      case 'hello':
        peers.learn(presence.sender);
        send(wire.helloAnswer(presence.sender.uid, requests.sent));
        break;
      case 'hello answer':
        peers.learn(presence.sender);
        this.#tellUnheard(presence.sender.uid, presence.waiting);
        break;
      case 'unheard':
        requests.unheard(presence.uid, presence.requests);
        break;
      case 'bye':
        peers.forget(presence.uid);
        requests.nodeLeft(presence.uid);
        this.#sequences.forget(presence.uid);
    }
  }

  /** Nobody is to wait for this node's answer to what was sent before it listened. */
  #tellUnheard(uid: string, waiting: readonly string[]): void {
    if (waiting.length === 0) return;
    // on sharded Pub/Sub, the answer to the hello may have overtaken a request
    setTimeout(() => {
      const unheard = waiting.filter((id) => this.#heard?.has(id) === false);
      if (unheard.length > 0) this.#settings.send(this.#settings.wire.unheard(uid, unheard));
    }, OVERTAKING_MS).unref();
  }

  #takeRequest(request: IncomingRequest): void {
    const { peers, responder } = this.#settings;
    if (request.sender) peers.learn(request.sender);
    if (request.id !== undefined) this.#heard?.add(request.id);
    if (!request.repeated) void responder.respond(request);
  }
}

/** @throws {MalformedMessageError} when it is no answer to what was asked */
export function takeResponse({ id, sender, answerTo }: Response, requests: Requests, peers: Peers): void {
  const request = requests.get(id);
  // first, as it may throw: who sends nonsense does not become known by it
  const answer = request && answerTo(request);
  // also from an answer that comes too late
  if (sender) peers.learn(sender);
  if (answer) requests.add(id, sender, answer);
}
