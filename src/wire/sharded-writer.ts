import { type BroadcastOptions, EVENT } from './broadcast';
import { BROADCAST } from './dialect-sharded';
import { Json } from './json';
import type { Room } from './messages';

/** A broadcast on its way to Redis, and to local sockets. */
export class WrittenJson {
  readonly #data: string;

  constructor(
    readonly payload: string,
    data: string,
  ) {
    this.#data = data;
  }

  get json(): Json {
    return new Json(Buffer.from(this.#data));
  }
}

/** Writes broadcasts as `ShardedReader` reads them: the event's data becomes JSON once, for Redis and for local clients. */
export class ShardedWriter {
  readonly #beforeData: string;
  readonly #afterData: string;

  constructor(uid: string, nsp: string) {
    const name = JSON.stringify(nsp);
    const head = `{"uid":${JSON.stringify(uid)},"nsp":${name},"type":${BROADCAST}`;
    this.#beforeData = `${head},"data":{"packet":{"type":${EVENT},"data":`;
    this.#afterData = `,"nsp":${name}},"opts":`;
  }

  /** @param data - the event's, without anything binary: what `toSendable()` gave */
  write(data: unknown, options: BroadcastOptions): WrittenJson {
    const text = JSON.stringify(data);
    return new WrittenJson(`${this.#beforeData}${text}${this.#afterData}${jsonOf(options)}}}`, text);
  }
}

/** Piece by piece, as most of it is empty as a rule (measured: a fifteenth of what it takes to publish). */
function jsonOf({ rooms, except, flags, seq }: BroadcastOptions): string {
  const number = seq === undefined ? '' : `,"seq":${seq}`;
  const flagged = Object.keys(flags).length > 0 ? JSON.stringify(flags) : '{}';
  return `{"rooms":${listOf(rooms)},"except":${listOf(except)},"flags":${flagged}${number}}`;
}

function listOf(rooms: readonly Room[]): string {
  return rooms.length > 0 ? JSON.stringify(rooms) : '[]';
}
