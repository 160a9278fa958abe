import { DATA, EXCEPT, FLAGS, NSP, ROOMS, SEQ, TYPE } from './broadcast-fields';
import { JsonReader } from './msgpack-json';

/**
 * Reads a broadcast in MessagePack: `[uid, { type, data, nsp }, { rooms, except, flags }]`. As `readMessagePack()` does, but knowing what is
 * likely to come: nothing is made of the keys, and what comes otherwise is read as all values are.
 *
 * @param withJson - whether the packet's data is to be a `Json`, where it can
 * @param nsp - the namespace that it is for, as a rule
 * @throws {RangeError} when the payload is not exactly one acceptable value
 */
export function readBroadcast(payload: Buffer, withJson: boolean, nsp: string): unknown {
  return new BroadcastReader(payload, withJson, nsp).readAll();
}

class BroadcastReader extends JsonReader {
  readonly #withJson: boolean;
  readonly #nsp: string;

  constructor(payload: Buffer, withJson: boolean, nsp: string) {
    super(payload);
    this.#withJson = withJson;
    this.#nsp = nsp;
  }

  override readAll(): unknown {
    const message = this.#usual();
    if (!message) {
      this.position = 0;
      return super.readAll();
    }
    this.finish();
    return message;
  }

  /** @returns undefined when it is to be read as whatever it is */
  #usual(): unknown[] | undefined {
    const length = this.#take(0x90);
    if (length === undefined || length < 3) return undefined;
    const uid = this.read(1);
    const packet = this.#packet();
    const options = packet && this.#options();
    if (!options) return undefined;
    for (let i = 3; i < length; i++) this.read(1);
    return [uid, packet, options];
  }

  #packet(): object | undefined {
    const size = this.#take(0x80);
    if (size === undefined) return undefined;
    let type: unknown;
    let data: unknown;
    let nsp: unknown;
    for (let i = 0; i < size; i++) {
      if (this.#begins(TYPE)) type = this.read(2);
      else if (this.#begins(DATA)) data = (this.#withJson ? this.readJson(2) : undefined) ?? this.read(2);
      else if (this.#begins(NSP)) nsp = this.#isNext(this.#nsp) ? this.#nsp : this.read(2);
      else return undefined;
    }
    return { type, data, nsp };
  }

  #options(): object | undefined {
    const size = this.#take(0x80);
    if (size === undefined) return undefined;
    let rooms: unknown;
    let except: unknown;
    let flags: unknown;
    for (let i = 0; i < size; i++) {
      if (this.#begins(ROOMS)) rooms = this.read(2);
      else if (this.#begins(EXCEPT)) except = this.read(2);
      else if (this.#begins(FLAGS)) flags = this.read(2);
      // it has been read off the end of the payload
      else if (this.#begins(SEQ)) this.read(2);
      else return undefined;
    }
    return { rooms, except, flags };
  }

  /** Whether these bytes come next; takes them, if so. */
  #begins(bytes: Buffer): boolean {
    const { payload, position } = this;
    for (let i = 0; i < bytes.length; i++) if (payload[position + i] !== bytes[i]) return false;
    this.position += bytes.length;
    return true;
  }

  /** Whether a short text comes next, in ASCII; takes it, if so. */
  #isNext(text: string): boolean {
    const { payload, position } = this;
    const { length } = text;
    if (length > 0x1f || payload[position] !== (0xa0 | length)) return false;
    for (let i = 0; i < length; i++) {
      const byte = payload[position + 1 + i] as number;
      if (byte >= 0x80 || byte !== text.charCodeAt(i)) return false;
    }
    this.position += 1 + length;
    return true;
  }

  /** @returns how long the short array or map is that begins with such a head, and takes the head; undefined when none does */
  #take(head: number): number | undefined {
    const byte = this.payload[this.position] ?? 0;
    if ((byte & 0xf0) !== head) return undefined;
    this.position += 1;
    return byte & 0x0f;
  }
}
