import type { AcknowledgedBroadcast } from '../wire/acknowledgements';
import type { Answer, IncomingRequest, Request, SocketDetails } from '../wire/messages';
import type { Outgoing, Wire } from '../wire/wire';
import { answerLocally } from './answer';
import type { LocalNode } from './local-node';

interface Replies {
  wire: Wire;
  send(message: Outgoing): void;
  onError(error: Error): void;
}

/** Answers what other nodes ask. Whatever a user's hook or listener does, it goes on. */
export class Responder {
  readonly #local: LocalNode;
  readonly #replies: Replies;

  constructor(local: LocalNode, replies: Replies) {
    this.#local = local;
    this.#replies = replies;
  }

  /** This node's answer to a request, its own or another's. Never rejects. */
  async answer(request: Request, wanted = true): Promise<Answer> {
    try {
      return await answerLocally(this.#local, request, wanted);
    } catch (error) {
      this.#replies.onError(error as Error);
      return failureOf(request, error);
    }
  }

  async respond(incoming: IncomingRequest): Promise<void> {
    const { id, request, sender } = incoming;
    const answer = await this.answer(request, id !== undefined);
    // a published node takes any message with its request's id for a success
    if (id === undefined || (!sender && answer.kind !== 'value')) return;
    const message = this.#write(incoming, id, answer);
    if (message) this.#replies.send(message);
  }

  /** Sends a packet whose clients answer, and what they answer to the node that asked. */
  broadcast(broadcast: AcknowledgedBroadcast): void {
    const { packet, options } = broadcast;
    const { wire, send } = this.#replies;
    this.#guard(() =>
      this.#local.deliverWithAcknowledgement(
        packet,
        options,
        (clients) => send(wire.clientCount(broadcast, clients)),
        (value) => this.#guard(() => send(wire.clientAnswer(broadcast, value))),
      ),
    );
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#replies.onError(error as Error);
    }
  }

  #write(incoming: IncomingRequest, id: string, answer: Answer): Outgoing | undefined {
    const { wire, onError } = this.#replies;
    try {
      return wire.response(incoming, id, answer);
    } catch (error) {
      onError(error as Error);
      const { request, sender } = incoming;
      const instead = insteadOf(request, answer, error as Error, sender !== undefined);
      return instead && wire.response(incoming, id, instead);
    }
  }
}

function failureOf(request: Request, error: unknown): Answer {
  // as in 5.x, where every node has an answer, and nobody can be told why there is none
  if (request.type === 'customRequest') return { kind: 'value', value: null };
  return { kind: 'failure', reason: error instanceof Error ? error.message : String(error) };
}

/** What is answered when the answer itself cannot be written. */
function insteadOf(request: Request, answer: Answer, error: Error, named: boolean): Answer | undefined {
  if (request.type !== 'fetchSockets' || answer.kind !== 'value') return failureOf(request, error);
  const sockets = answer.value as SocketDetails[];
  const unwritable = sockets.filter((socket) => !isWritable(socket));
  if (named) {
    const ids = unwritable.map(({ id }) => `"${id}"`).join(', ');
    return { kind: 'failure', reason: `the data of the socket ${ids} cannot be written as JSON: ${error.message}` };
  }
  // a published node waits for every answer: it gets the sockets without what cannot be written
  const rest = sockets.map((socket) => (isWritable(socket) ? socket : { ...socket, handshake: {}, data: {} }));
  return { kind: 'value', value: rest };
}

function isWritable(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}
