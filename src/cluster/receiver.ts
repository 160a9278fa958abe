import type { AcknowledgedBroadcast } from '../wire/acknowledgements';
import type { IncomingRequest } from '../wire/messages';
import type { Presence } from '../wire/presence';
import type { Incoming, Outgoing, Response, Wire } from '../wire/wire';
import type { Accounts } from './accounts';
import type { Acknowledgements } from './acknowledgements';
import type { Broadcasts } from './broadcasts';
import type { LocalNode } from './local-node';
import type { Peers } from './peers';
import { Recent } from './recent';
import type { Requests } from './requests';
import type { Responder } from './responder';

/** How long others may still answer this node's hello, at most. */
const NEW_MS = 10_000;
/** How much later than on one channel a message comes on another at most, as a rule. */
const OVERTAKING_MS = 100;

export interface ReceiverSettings {
  maxPayloadBytes: number;
  wire: Wire;
  local: LocalNode;
  broadcasts: Broadcasts;
  requests: Requests;
  acknowledgements: Acknowledgements;
  responder: Responder;
  peers: Peers;
  accounts: Accounts;
  /** Sends something to another node. */
  send(message: Outgoing): void;
}

/** Takes what comes on the channels of the conversation to where it belongs. Whatever comes, it goes on. */
export class Receiver {
  readonly #settings: ReceiverSettings;
  /** The ids of the requests that it has heard, while it is new. */
  #heard: Set<string> | undefined = new Set();
  readonly #aging: NodeJS.Timeout;
  readonly #recent = new Recent();

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
    this.#aging = setTimeout(() => {
      this.#heard = undefined;
    }, NEW_MS).unref();
  }

  /** Nothing comes any more. */
  close(): void {
    clearTimeout(this.#aging);
  }

  hear(payload: Buffer, channel: string): void {
    const { wire, local, accounts, maxPayloadBytes } = this.#settings;
    if (payload.length > maxPayloadBytes) {
      accounts.oversized(payload.length);
      return;
    }
    try {
      const incoming = wire.read(payload, channel, local.takesJson);
      if (incoming) this.#take(incoming);
    } catch (error) {
      accounts.dropped(wire.kindOf(channel), error);
    }
  }

  #take(incoming: Incoming): void {
    const { acknowledgements, broadcasts, peers, requests } = this.#settings;
    if (incoming.kind === 'broadcast') broadcasts.receive(incoming.broadcast);
    else if (incoming.kind === 'acknowledged broadcast') this.#takeAcknowledged(incoming.broadcast);
    else if (incoming.kind === 'acknowledgement') acknowledgements.receive(incoming.acknowledgement);
    else if (incoming.kind === 'presence') this.#takePresence(incoming.presence);
    else if (incoming.kind === 'request') this.#takeRequest(incoming.request);
    else takeResponse(incoming.response, requests, peers);
  }

  #takeAcknowledged(broadcast: AcknowledgedBroadcast): void {
    if (this.#isNew(broadcast.id, broadcast.replyTo)) this.#settings.responder.broadcast(broadcast);
  }

  #takePresence(presence: Presence): void {
    const { broadcasts, peers, requests, wire, send } = this.#settings;
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
        broadcasts.forget(presence.uid);
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
    if (request.repeated) return;
    const id = request.id ?? ('once' in request.request ? request.request.once : undefined);
    if (id === undefined || this.#isNew(id, request.replyTo)) void responder.respond(request);
  }

  /** @param from - whose id it is; published nodes do not always say so */
  #isNew(id: string, from = ''): boolean {
    const isNew = this.#recent.add(`${from} ${id}`);
    if (!isNew) this.#settings.accounts.repeated();
    return isNew;
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
