import type { AcknowledgedBroadcast } from '../wire/acknowledgements';
import type { IncomingRequest } from '../wire/messages';
import type { Presence } from '../wire/presence';
import type { Reminder } from '../wire/reminder';
import type { Incoming, Outgoing, Response, Wire } from '../wire/wire';
import type { Accounts } from './accounts';
import type { Acknowledgements } from './acknowledgements';
import type { Broadcasts } from './broadcasts';
import type { LocalNode } from './local-node';
import type { Peers } from './peers';
import { Recent } from './recent';
import { isQuery } from './request-kinds';
import type { Requests } from './requests';
import type { Responder } from './responder';

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
  readonly #recent = new Recent();

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
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
    else if (incoming.kind === 'reminder') this.#takeReminder(incoming.reminder);
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
        send(wire.helloAnswer(presence.sender.uid));
        requests.nodeCame(presence.sender.uid);
        break;
      case 'roll call':
        peers.learn(presence.sender);
        send(wire.helloAnswer(presence.sender.uid));
        break;
      case 'hello answer':
        peers.learn(presence.sender);
        break;
      case 'bye':
        peers.forget(presence.uid);
        requests.nodeLeft(presence.uid);
        broadcasts.forget(presence.uid);
    }
  }

  #takeRequest(request: IncomingRequest): void {
    const { peers } = this.#settings;
    if (request.sender) peers.learn(request.sender);
    if (request.repeated) return;
    const id = request.id ?? ('once' in request.request ? request.request.once : undefined);
    if (id === undefined || this.#isNew(id, request.replyTo)) this.#respond(request);
  }

  /** What was missed is done now. What was not is not done twice: only a query may be answered once more. */
  #takeReminder({ request, anew }: Reminder): void {
    if (request.sender) this.#settings.peers.learn(request.sender);
    const wasMissed = this.#recent.add(nameOf(request.id, request.replyTo));
    if (wasMissed || (anew && isQuery(request.request))) this.#respond(request);
  }

  #respond(request: IncomingRequest): void {
    const { id, replyTo } = request;
    const mayBeRepeated = id !== undefined && isQuery(request.request);
    // a reminder is to get another
    const onLost = mayBeRepeated ? () => this.#recent.delete(nameOf(id, replyTo)) : undefined;
    void this.#settings.responder.respond(request, onLost);
  }

  #isNew(id: string, from: string | undefined): boolean {
    const isNew = this.#recent.add(nameOf(id, from));
    if (!isNew) this.#settings.accounts.repeated();
    return isNew;
  }
}

/** @param from - whose id it is; published nodes do not always say so */
function nameOf(id: string, from = ''): string {
  return `${from} ${id}`;
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
