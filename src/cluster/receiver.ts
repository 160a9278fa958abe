import debugModule from 'debug';
import type { Broadcast } from '../wire/broadcast';
import type { IncomingRequest } from '../wire/messages';
import type { Presence } from '../wire/presence';
import type { Incoming, PayloadKind, Response, Wire } from '../wire/wire';
import type { Acknowledgements } from './acknowledgements';
import type { BroadcastReceiver } from './broadcast-router';
import type { LocalNode } from './local-node';
import type { Peers } from './peers';
import type { Requests } from './requests';
import type { Responder } from './responder';
import type { Counters } from './stats';

const debug = debugModule('socket.io-redis:node');

export interface ReceiverSettings {
  nsp: string;
  uid: string;
  wire: Wire;
  local: LocalNode;
  requests: Requests;
  acknowledgements: Acknowledgements;
  responder: Responder;
  peers: Peers;
  stats: Counters;
  /** A node has said hello. */
  onHello(uid: string): void;
  onError(error: Error): void;
}

/** A node's listening half: takes what comes from Redis to where it belongs. Whatever comes, it goes on. */
export class Receiver implements BroadcastReceiver {
  readonly nsp: string;
  readonly #settings: ReceiverSettings;

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
    this.nsp = settings.nsp;
  }

  /** Takes what comes on a channel of the conversation. */
  hear(payload: Buffer, channel: string): void {
    const { wire } = this.#settings;
    try {
      const incoming = wire.read(payload, channel);
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
    return (room === '' || local.hasRoom(room)) && !wire.isOwnBroadcast(payload);
  }

  decode(payload: Buffer): Broadcast {
    return this.#settings.wire.readBroadcast(payload);
  }

  receive({ uid, packet, options }: Broadcast): void {
    const { local, stats, onError } = this.#settings;
    // a channel's name can be that of several namespaces: the packet itself says which one it is for
    if (packet.nsp !== this.nsp || uid === this.#settings.uid) return;
    stats.received += 1;
    try {
      local.deliver(packet, options);
    } catch (error) {
      onError(error as Error);
    }
  }

  drop(kind: PayloadKind, reason: unknown): void {
    this.#settings.stats.malformed[kind] += 1;
    debug('dropped a malformed %s in %s: %s', kind, this.nsp, reason);
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
    const { peers, requests, onHello } = this.#settings;
    if (presence.type === 'bye') {
      peers.forget(presence.uid);
      requests.nodeLeft(presence.uid);
      return;
    }
    peers.learn(presence.sender);
    if (!presence.answer) onHello(presence.sender.uid);
  }

  #takeRequest(request: IncomingRequest): void {
    const { peers, responder } = this.#settings;
    if (request.sender) peers.learn(request.sender);
    if (!request.repeated) void responder.respond(request);
  }
}

/** @throws {MalformedMessageError} when it is no answer to what was asked */
export function takeResponse({ id, sender, answerTo }: Response, requests: Requests, peers: Peers): void {
  const request = requests.get(id);
  if (!request) return;
  const answer = answerTo(request);
  if (sender) peers.learn(sender);
  requests.add(id, sender, answer);
}
