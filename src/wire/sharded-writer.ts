import { type BroadcastOptions, EVENT } from './broadcast';
import { BROADCAST } from './dialect-sharded';
import { Json } from './json';

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
  write(data: unknown, opts: BroadcastOptions): WrittenJson {
    const text = JSON.stringify(data);
    return new WrittenJson(`${this.#beforeData}${text}${this.#afterData}${JSON.stringify(opts)}}}`, text);
  }
}
