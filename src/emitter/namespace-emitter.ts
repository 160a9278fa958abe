import { InvalidOptionError } from '../errors';
import type { RedisClient } from '../redis/pub-sub';
import type { Request } from '../wire/messages';
import { BroadcastOperator } from './broadcast-operator';
import { callBack } from './call-back';
import type { EmitterConnection } from './connection';
import type { AnswerOf, AnswersCallback, AnyEvents, DataArgs, EmitArgs, EventName } from './typed-events';

/** An emitter as far as one namespace goes. */
export class NamespaceEmitter<
  EmitEvents extends object = AnyEvents,
  ServerSideEvents extends object = AnyEvents,
> extends BroadcastOperator<EmitEvents> {
  /** The namespace's name. */
  readonly nsp: string;
  readonly #connection: EmitterConnection;

  /** Is called by the emitter alone. */
  constructor(connection: EmitterConnection, nsp: string) {
    const name = namespaceName(nsp);
    super(connection, { nsp: name, rooms: [], except: [], flags: {}, timeout: connection.requestsTimeout });
    this.#connection = connection;
    this.nsp = name;
  }

  /** The client that the emitter was given. It is never closed by the emitter. */
  get redisClient(): RedisClient {
    return this.#connection.client;
  }

  /** The emitter of another namespace, on the same clients. @param nsp - its name; the slash before it may be left out */
  of(nsp: string): NamespaceEmitter<EmitEvents, ServerSideEvents> {
    return new NamespaceEmitter(this.#connection, nsp);
  }

  /**
   * Emits an event to the servers themselves. A function at the end is called with what they answer: `(error, answers)`.
   *
   * @returns true
   */
  serverSideEmit<Name extends EventName<ServerSideEvents>>(
    event: Name,
    ...args: EmitArgs<ServerSideEvents, Name>
  ): true {
    const callback: unknown = args.at(-1);
    if (typeof callback === 'function') {
      callBack(this.#ask(event, args.slice(0, -1)), callback as AnswersCallback<unknown>);
    } else {
      this.#connection.outsider(this.nsp).tell(serverSideEvent(event, args));
    }
    return true;
  }

  /** Emits an event to the servers themselves. @returns what each of them answers, in no order */
  serverSideEmitWithAck<Name extends EventName<ServerSideEvents>>(
    event: Name,
    ...args: DataArgs<ServerSideEvents, Name>
  ): Promise<AnswerOf<ServerSideEvents, Name>[]> {
    return this.#ask(event, args) as Promise<AnswerOf<ServerSideEvents, Name>[]>;
  }

  /**
   * Ends the emitter, in all namespaces: lets go out what has been sent, fails what waits with an `AdapterClosedError`, and ends
   * the client that it made to hear answers. Yours stay as they are. Closing twice is the same as closing once.
   */
  close(): Promise<void> {
    return this.#connection.close();
  }

  async #ask(event: unknown, args: readonly unknown[]): Promise<unknown[]> {
    return this.#connection.outsider(this.nsp).ask(serverSideEvent(event, args)) as Promise<unknown[]>;
  }
}

function serverSideEvent(event: unknown, args: readonly unknown[]): Request {
  if (typeof event !== 'string') throw new InvalidOptionError('event', 'a string', event);
  return { type: 'serverSideEmit', args: [event, ...args] };
}

function namespaceName(nsp: unknown): string {
  if (typeof nsp !== 'string') throw new InvalidOptionError('nsp', 'a string', nsp);
  return nsp.startsWith('/') ? nsp : `/${nsp}`;
}
