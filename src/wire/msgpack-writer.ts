/** Of the memory that messages are written to one behind the other. */
const SLAB_SIZE = 65_536;
const TWO_32 = 2 ** 32;
/** Longer texts are written by Node.js itself, which is faster for these only. */
const SHORT = 40;

/**
 * Writes a value as notepack 2 does, the codec of the published adapters up to 8.x: all of them can read it. A Date is the extension 0
 * with its milliseconds; a property that is undefined is left out.
 *
 * @param value - one that `toSendable()` has prepared
 */
export function writeMessagePack(value: unknown): Buffer {
  writer.begin();
  writer.write(value);
  return writer.take();
}

/** Writes values one behind the other. */
export class Writer {
  protected buffer = Buffer.allocUnsafeSlow(SLAB_SIZE);
  /** Where the message in hand begins. */
  protected start = 0;
  protected position = 0;

  /** Forgets what was written before a getter threw; memory that one large message needed is not kept for small ones. */
  begin(): void {
    if (this.buffer.length > SLAB_SIZE) {
      this.buffer = Buffer.allocUnsafeSlow(SLAB_SIZE);
      this.start = 0;
    }
    this.position = this.start;
  }

  /** @returns what has been written, which nothing is written over later */
  take(): Buffer {
    const written = this.buffer.subarray(this.start, this.position);
    this.start = this.position;
    return written;
  }

  write(value: unknown): void {
    if (typeof value === 'string') this.text(value);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'boolean') this.byte(value ? 0xc3 : 0xc2);
    else if (typeof value === 'object' && value !== null) this.#object(value);
    else this.byte(0xc0);
  }

  #object(value: object): void {
    if (Array.isArray(value)) this.#array(value);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (value instanceof Date) this.#date(value);
    else this.#map(value as Record<string, unknown>);
  }

  #array(values: readonly unknown[]): void {
    const { length } = values;
    if (length < 0x10) this.byte(0x90 | length);
    else this.head(0xdc, length);
    for (let i = 0; i < length; i++) this.write(values[i]);
  }

  #map(record: Record<string, unknown>): void {
    const keys = Object.keys(record);
    if (keys.length < 0x10) this.#smallMap(record, keys);
    else this.#largeMap(record, keys);
  }

  /** Its head of one byte can be changed later, which spares looking at each property twice. */
  #smallMap(record: Record<string, unknown>, keys: readonly string[]): void {
    const at = this.position - this.start;
    this.mapHead(keys.length);
    let size = 0;
    for (const key of keys) {
      const value = record[key];
      if (value === undefined) continue;
      this.text(key);
      this.write(value);
      size += 1;
    }
    this.buffer[this.start + at] = 0x80 | size;
  }

  #largeMap(record: Record<string, unknown>, keys: readonly string[]): void {
    const entries = keys.map((key) => [key, record[key]] as const).filter(([, value]) => value !== undefined);
    this.mapHead(entries.length);
    for (const [key, value] of entries) {
      this.text(key);
      this.write(value);
    }
  }

  protected mapHead(size: number): void {
    if (size < 0x10) this.byte(0x80 | size);
    else this.head(0xde, size);
  }

  protected text(text: string): void {
    if (text.length < SHORT && this.#ascii(text)) return;
    const length = Buffer.byteLength(text);
    if (length < 0x20) this.byte(0xa0 | length);
    else if (length < 0x100) this.byte(0xd9, length);
    else this.head(0xda, length);
    this.reserve(length);
    this.position += this.buffer.write(text, this.position);
  }

  /** @returns false, and has written nothing, when the text is not ASCII */
  #ascii(text: string): boolean {
    const { length } = text;
    this.reserve(length + 2);
    const buffer = this.buffer;
    let position = this.position + (length < 0x20 ? 1 : 2);
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return false;
      buffer[position++] = code;
    }
    if (length < 0x20) this.byte(0xa0 | length);
    else this.byte(0xd9, length);
    this.position = position;
    return true;
  }

  #bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length < 0x100) this.byte(0xc4, length);
    else this.head(0xc5, length);
    this.reserve(length);
    this.buffer.set(bytes, this.position);
    this.position += length;
  }

  #date(date: Date): void {
    this.byte(0xd7, 0);
    this.#int64(date.getTime());
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value)) {
      this.byte(0xcb);
      this.reserve(8);
      this.position = this.buffer.writeDoubleBE(value, this.position);
    } else if (value >= 0) this.#unsigned(value);
    else this.#signed(value);
  }

  #unsigned(value: number): void {
    if (value < 0x80) this.byte(value);
    else if (value < 0x100) this.byte(0xcc, value);
    else if (value < TWO_32) this.head(0xcd, value);
    else {
      this.byte(0xcf);
      this.#int64(value);
    }
  }

  #signed(value: number): void {
    if (value >= -0x20) this.byte(value & 0xff);
    else if (value >= -0x80) this.byte(0xd0, value & 0xff);
    else if (value >= -0x8000) {
      this.byte(0xd1);
      this.reserve(2);
      this.position = this.buffer.writeInt16BE(value, this.position);
    } else if (value >= -0x80000000) {
      this.byte(0xd2);
      this.reserve(4);
      this.position = this.buffer.writeInt32BE(value, this.position);
    } else {
      this.byte(0xd3);
      this.#int64(value);
    }
  }

  #int64(value: number): void {
    this.reserve(8);
    this.position = this.buffer.writeInt32BE(Math.floor(value / TWO_32), this.position);
    this.position = this.buffer.writeUInt32BE(value >>> 0, this.position);
  }

  /** A head with two bytes of number behind it, or the head that comes next with four. */
  protected head(head: number, number: number): void {
    this.reserve(5);
    if (number < 0x10000) {
      this.buffer[this.position++] = head;
      this.position = this.buffer.writeUInt16BE(number, this.position);
    } else {
      this.buffer[this.position++] = head + 1;
      this.position = this.buffer.writeUInt32BE(number, this.position);
    }
  }

  protected byte(byte: number, second?: number): void {
    this.reserve(2);
    this.buffer[this.position++] = byte;
    if (second !== undefined) this.buffer[this.position++] = second;
  }

  protected reserve(bytes: number): void {
    if (this.position + bytes <= this.buffer.length) return;
    const written = this.position - this.start;
    const larger = Buffer.allocUnsafeSlow(Math.max(SLAB_SIZE, 2 * (written + bytes)));
    this.buffer.copy(larger, 0, this.start, this.position);
    this.buffer = larger;
    this.start = 0;
    this.position = written;
  }
}

const writer = new Writer();
