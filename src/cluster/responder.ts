import type { AcknowledgedBroadcast } from '../wire/acknowledgements';
import type { BroadcastOptions } from '../wire/broadcast';
import type { Answer, IncomingRequest, Request, SocketDetails } from '../wire/messages';
import type { Outgoing, Wire } from '../wire/wire';
import { answerLocally } from './answer';
import type { LocalNode } from './local-node';

/** The longest delay of a timer in Node.js. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

interface Replies {
  wire: Wire;
  /** How long clients have to answer where whoever asked does not say, in milliseconds. */
  patience: number;
  /** @param onSettled - called with what went wrong, or undefined */
  send(message: Outgoing, onSettled?: (failure: Error | undefined) => void): void;
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

  /** The same to a request of this node's own: its hook gets a copy and gives one, as those of the others do. Never rejects. */
  async answerOwn(request: Request): Promise<Answer> {
    if (request.type !== 'customRequest') return this.answer(request);
    let data: unknown;
    try {
      data = throughJson(request.data);
    } catch (error) {
      // it cannot be sent either, which is told to whoever asks
      return failureOf(request, error);
    }
    const answer = await this.answer({ ...request, data });
    try {
      return answer.kind === 'value' ? { kind: 'value', value: throughJson(answer.value) } : answer;
    } catch (error) {
      this.#replies.onError(error as Error);
      return failureOf(request, error);
    }
  }

  /** @param onLost - called when the answer did not get as far as to Redis */
  async respond(incoming: IncomingRequest, onLost?: () => void): Promise<void> {
    const { id, request, sender } = incoming;
    const answer = await this.answer(request, id !== undefined);
    // a published node takes any message with its request's id for a success
    if (id === undefined || (!sender && answer.kind !== 'value')) return;
    const message = this.#write(incoming, id, answer);
    if (message) this.#replies.send(message, (failure) => failure && onLost?.());
  }

  /** Sends a packet whose clients answer, and what they answer to the node that asked. */
  broadcast(broadcast: AcknowledgedBroadcast): void {
    const { packet, options } = broadcast;
    const { wire, patience, send } = this.#replies;
    let clients = 0;
    let answers = 0;
    let timer: NodeJS.Timeout | undefined;
    const onCount = (count: number, forget: () => void) => {
      clients = count;
      if (clients > 0) timer = setTimeout(forget, patienceOf(options, patience)).unref();
      send(wire.clientCount(broadcast, clients));
    };
    const onAnswer = (value: unknown) => {
      const nth = answers++;
      if (answers === clients) clearTimeout(timer);
      this.#guard(() => send(wire.clientAnswer(broadcast, value, nth)));
    };
    this.#guard(() => this.#local.deliverWithAcknowledgement(packet, options, onCount, onAnswer));
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
      const instead = this.#insteadOf(incoming, id, answer, error as Error);
      return instead && wire.response(incoming, id, instead);
    }
  }

  /** What is answered when the answer itself cannot be written. */
  #insteadOf(incoming: IncomingRequest, id: string, answer: Answer, error: Error): Answer | undefined {
    const { request, sender } = incoming;
    if (request.type !== 'fetchSockets' || answer.kind !== 'value') {
      const failure = failureOf(request, error);
      return sender || failure.kind === 'value' ? failure : undefined;
    }
    const isWritable = (value: unknown) => this.#isWritable(incoming, id, { kind: 'value', value });
    const sockets = answer.value as SocketDetails[];
    const alone = sockets.filter((socket) => !isWritable([socket]));
    // it may be that each can be written, but not together: JSON leaves out a function, and bytes do not go into JSON
    const faulty = isWritable(without(sockets, alone)) ? alone : sockets;
    // a published node waits for every answer: it gets the sockets without what cannot be written
    if (!sender) return { kind: 'value', value: without(sockets, faulty) };
    const ids = faulty.map((socket) => `"${socket.id}"`).join(', ');
    return { kind: 'failure', reason: `the data of the socket ${ids} cannot be written: ${error.message}` };
  }

  #isWritable(incoming: IncomingRequest, id: string, answer: Answer): boolean {
    try {
      this.#replies.wire.response(incoming, id, answer);
      return true;
    } catch {
      return false;
    }
  }
}

/** As Socket.IO sends it along. */
function patienceOf({ flags: { timeout } }: BroadcastOptions, byDefault: number): number {
  return typeof timeout === 'number' && timeout >= 1 ? Math.min(timeout, MAX_TIMEOUT_MS) : byDefault;
}

function failureOf(request: Request, error: unknown): Answer {
  // as in 5.x, where every node has an answer, and nobody can be told why there is none
  if (request.type === 'customRequest') return { kind: 'value', value: null };
  return { kind: 'failure', reason: error instanceof Error ? error.message : String(error) };
}

function throughJson(value: unknown): unknown {
  return (JSON.parse(JSON.stringify({ value })) as { value?: unknown }).value;
}

function without(sockets: readonly SocketDetails[], faulty: readonly SocketDetails[]): SocketDetails[] {
  const set = new Set(faulty);
  return sockets.map((socket) => (set.has(socket) ? { ...socket, handshake: {}, data: {} } : socket));
}
