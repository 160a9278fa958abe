import { encodeMessagePack } from './msgpack';
import { JsonReader } from './msgpack-json';

interface Field {
  name: string;
  /** Its name as all codecs write it. */
  bytes: Buffer;
}

const fieldOf = (name: string): Field => ({ name, bytes: encodeMessagePack(name) });

const DATA = fieldOf('data');
const PACKET = [fieldOf('type'), DATA, fieldOf('nsp')];
/** `seq` is read off the end of the payload; here it is passed over. */
const OPTIONS = ['rooms', 'except', 'flags', 'seq'].map(fieldOf);

/**
 * Reads a broadcast in MessagePack: `[uid, { type, data, nsp }, { rooms, except, flags }]`. As `readMessagePack()` does, but knowing what is
 * likely to come: nothing is made of the keys.
 *
 * @param withJson - whether the packet's data is to be a `Json`, where it can
 * @throws {RangeError} when the payload is not exactly one acceptable value
 */
export function readBroadcast(payload: Buffer, withJson: boolean): unknown {
  return new BroadcastReader(payload, withJson).readAll();
}

class BroadcastReader extends JsonReader {
  readonly #withJson: boolean;

  constructor(payload: Buffer, withJson: boolean) {
    super(payload);
    this.#withJson = withJson;
  }

  override readAll(): unknown {
    const length = this.#take(0x90);
    if (length === undefined || length < 2) {
      this.position = 0;
      return super.readAll();
    }
    const message = [this.read(1), this.#packet()];
    if (length > 2) message.push(this.#options());
    for (let i = 3; i < length; i++) this.read(1);
    this.finish();
    return message;
  }

  #packet(): unknown {
    const fields = this.#fields(PACKET);
    return fields ? { type: fields[0], data: fields[1], nsp: fields[2] } : this.read(1);
  }

  #options(): unknown {
    const fields = this.#fields(OPTIONS);
    return fields ? { rooms: fields[0], except: fields[1], flags: fields[2] } : this.read(1);
  }

  /** @returns what a short map has for these fields, in their order; undefined when there is no short map */
  #fields(fields: readonly Field[]): unknown[] | undefined {
    const size = this.#take(0x80);
    if (size === undefined) return undefined;
    const values: unknown[] = [undefined, undefined, undefined, undefined];
    for (let i = 0; i < size; i++) {
      let index = this.#indexOf(fields, i);
      if (index === -1) {
        // another field, or one of these whose name is written in another way
        const key = this.key(1);
        index = fields.findIndex(({ name }) => name === key);
      }
      if (index === -1) this.read(2);
      else values[index] = fields[index] === DATA ? this.#data() : this.read(2);
    }
    return values;
  }

  #data(): unknown {
    return (this.#withJson ? this.readJson(2) : undefined) ?? this.read(2);
  }

  /**
   * @param likely - the one that comes next when all come in their order
   * @returns which of the fields comes next, and takes its name; -1 when none does
   */
  #indexOf(fields: readonly Field[], likely: number): number {
    const expected = fields[likely];
    const index =
      expected && this.#begins(expected.bytes) ? likely : fields.findIndex(({ bytes }) => this.#begins(bytes));
    this.position += fields[index]?.bytes.length ?? 0;
    return index;
  }

  #begins(bytes: Buffer): boolean {
    const { payload, position } = this;
    for (let i = 0; i < bytes.length; i++) if (payload[position + i] !== bytes[i]) return false;
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
