import { type Sliceable, textIn } from './short-text';

/** The deepest nesting that is accepted. Socket.IO's own binary walk and JSON recurse, so the limit is generous but safe. */
export const MAX_DEPTH = 512;

const EXT_NOTEPACK = 0;
const EXT_TIMESTAMP = -1;
const TWO_32 = 2 ** 32;

/**
 * Reads one value from a payload, and refuses what no peer writes: lengths that the payload cannot hold (nothing is allocated for
 * four thousand million entries that are not there), nesting that would overflow the stack of whoever walks over the value later,
 * a key that would become a prototype, bytes behind the value.
 *
 * @throws {RangeError} when the payload is not exactly one acceptable value
 */
export function readMessagePack(payload: Buffer): unknown {
  return new Reader(payload).readAll();
}

/** Reads values one after the other; each method throws a `RangeError` where the payload does not hold what it is to read. */
export class Reader {
  protected readonly payload: Sliceable;

  constructor(
    payload: Buffer,
    public position = 0,
  ) {
    this.payload = payload as Sliceable;
  }

  /** @returns the only value that there is */
  readAll(): unknown {
    const value = this.read(0);
    this.finish();
    return value;
  }

  protected finish(): void {
    if (this.position !== this.payload.length) throw new RangeError('the payload goes on after its value');
  }

  /** @param depth - how many arrays and maps are open around the value */
  read(depth: number): unknown {
    const head = this.uint8();
    if (head < 0x80) return head;
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#array(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    return this.#readLong(head, depth);
  }

  #readLong(head: number, depth: number): unknown {
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#bytes(this.uint8());
      case 0xc5:
        return this.#bytes(this.uint16());
      case 0xc6:
        return this.#bytes(this.uint32());
      case 0xc7:
        return this.#extension(head, this.uint8());
      case 0xc8:
        return this.#extension(head, this.uint16());
      case 0xc9:
        return this.#extension(head, this.uint32());
      case 0xca:
        return this.payload.readFloatBE(this.take(4));
      case 0xcb:
        return this.payload.readDoubleBE(this.take(8));
      case 0xcc:
        return this.uint8();
      case 0xcd:
        return this.uint16();
      case 0xce:
        return this.uint32();
      case 0xcf:
        return this.uint32() * TWO_32 + this.uint32();
      case 0xd0:
        return this.payload.readInt8(this.take(1));
      case 0xd1:
        return this.payload.readInt16BE(this.take(2));
      case 0xd2:
        return this.#int32();
      case 0xd3:
        return this.#int32() * TWO_32 + this.uint32();
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(head, 1 << (head - 0xd4));
      case 0xd9:
        return this.#text(this.uint8());
      case 0xda:
        return this.#text(this.uint16());
      case 0xdb:
        return this.#text(this.uint32());
      case 0xdc:
        return this.#array(this.uint16(), depth);
      case 0xdd:
        return this.#array(this.uint32(), depth);
      case 0xde:
        return this.#map(this.uint16(), depth);
      case 0xdf:
        return this.#map(this.uint32(), depth);
      default:
        throw new RangeError('0xc1 is no MessagePack');
    }
  }

  /** @returns where these bytes begin */
  protected take(length: number): number {
    const start = this.position;
    this.position += length;
    if (this.position > this.payload.length) throw new RangeError('the payload is truncated');
    return start;
  }

  protected uint8(): number {
    const byte = this.payload[this.position];
    if (byte === undefined) throw new RangeError('the payload is truncated');
    this.position += 1;
    return byte;
  }

  protected uint16(): number {
    return this.payload.readUInt16BE(this.take(2));
  }

  protected uint32(): number {
    return this.payload.readUInt32BE(this.take(4));
  }

  #int32(): number {
    return this.payload.readInt32BE(this.take(4));
  }

  #text(length: number): string {
    const start = this.take(length);
    return textIn(this.payload, start, start + length);
  }

  #bytes(length: number): Buffer {
    const start = this.take(length);
    return this.payload.subarray(start, start + length);
  }

  #array(length: number, depth: number): unknown[] {
    this.enter(length, depth);
    const values = new Array<unknown>(length);
    for (let i = 0; i < length; i++) values[i] = this.read(depth + 1);
    return values;
  }

  #map(size: number, depth: number): Record<string, unknown> {
    this.enter(2 * size, depth);
    const record: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      const key = this.key(depth);
      record[key] = this.read(depth + 1);
    }
    return record;
  }

  protected key(depth: number): string | number {
    const key = this.read(depth + 1);
    if (typeof key !== 'string' && typeof key !== 'number') throw new RangeError('a key is neither text nor number');
    if (key === '__proto__') throw new RangeError('the key __proto__ is not accepted');
    return key;
  }

  protected enter(values: number, depth: number): void {
    // every value takes a byte at least
    if (this.position + values > this.payload.length) throw new RangeError('the payload is truncated');
    if (depth >= MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
  }

  #extension(head: number, length: number): unknown {
    const type = this.payload.readInt8(this.take(1));
    const bytes = this.#bytes(length);
    if (type === EXT_NOTEPACK) return readNotepack(head, bytes);
    if (type === EXT_TIMESTAMP) return readTimestamp(bytes);
    return [type, bytes];
  }
}

/** A Date or undefined in the fixed lengths of which notepack writes nothing else, or an ArrayBuffer. */
function readNotepack(head: number, bytes: Buffer): unknown {
  if (head === 0xd7) return new Date(bytes.readInt32BE(0) * TWO_32 + bytes.readUInt32BE(4));
  if (head === 0xd4) return undefined;
  return Uint8Array.from(bytes).buffer;
}

/** MessagePack's own form of a Date: seconds, or nanoseconds and seconds, in 4, 8 or 12 bytes. */
function readTimestamp(bytes: Buffer): Date {
  if (bytes.length === 4) return new Date(bytes.readUInt32BE(0) * 1e3);
  if (bytes.length === 8) {
    const high = bytes.readUInt32BE(0);
    const seconds = (high & 0x3) * TWO_32 + bytes.readUInt32BE(4);
    return new Date(seconds * 1e3 + (high >>> 2) / 1e6);
  }
  if (bytes.length !== 12) throw new RangeError('a timestamp has 4, 8 or 12 bytes');
  const seconds = bytes.readInt32BE(4) * TWO_32 + bytes.readUInt32BE(8);
  return new Date(seconds * 1e3 + bytes.readUInt32BE(0) / 1e6);
}
