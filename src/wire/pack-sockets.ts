import { isRecord } from './malformed';
import type { SocketDetails } from './messages';

/**
 * Answers to `fetchSockets()` are mostly handshakes, and these mostly alike: the same headers with the same values. Packed, those with
 * the same fields are a group, and what is the same in all of a group is written once (measured: a third of the bytes, and half the
 * CPU time).
 */
export interface PackedSockets {
  /** The handshake of each is the place of its group. */
  sockets: (Omit<SocketDetails, 'handshake'> & { handshake: number })[];
  handshakes: PackedGroup[];
}

interface PackedGroup {
  /** The handshake of its first socket. */
  alike: unknown;
  /** The fields that are not the same in all of them, with the value of each socket in turn. */
  differ: [field: Field, values: unknown[]][];
}

/** A field of the handshake, or one of a record in it: `headers`, `query`, `auth`. What these hold is taken as a whole. */
type Field = [key: string] | [record: string, key: string];

/** A handshake with more is alone in its group: so a message does not unpack to much more than JSON does of itself. */
export const MAX_KEYS = 100;

const OPEN = 0;
const CLOSE = 1;

/** The keys of a handshake as they follow each other, with those of a record in it between `OPEN` and `CLOSE`. */
type Shape = (string | typeof OPEN | typeof CLOSE)[];

export function packSockets(sockets: readonly SocketDetails[]): PackedSockets {
  const packer = new Packer();
  const packed = sockets.map((socket) => ({ ...socket, handshake: packer.add(socket.handshake) }));
  return { sockets: packed, handshakes: packer.groups.map((group) => group.packed()) };
}

class Packer {
  readonly groups: Group[] = [];
  readonly #places = new Map<string, number>();
  #last = -1;

  /** @returns the place of its group */
  add(handshake: unknown): number {
    if (!isPlain(handshake)) return this.#addGroup(handshake);
    const shape: Shape = [];
    const values: unknown[] = [];
    flatten(handshake, shape, values);
    if (shape.length > MAX_KEYS) return this.#addGroup(handshake);
    // most are as the one before, and to see that is quicker than to look them up
    if (!this.groups[this.#last]?.hasShape(shape)) this.#last = this.#placeOf(handshake, shape);
    this.groups[this.#last]?.add(values);
    return this.#last;
  }

  #placeOf(handshake: unknown, shape: Shape): number {
    const name = JSON.stringify(shape);
    const place = this.#places.get(name) ?? this.#addGroup(handshake, shape);
    this.#places.set(name, place);
    return place;
  }

  #addGroup(handshake: unknown, shape: Shape = []): number {
    return this.groups.push(new Group(handshake, shape)) - 1;
  }
}

class Group {
  readonly #alike: unknown;
  readonly #shape: Shape;
  #first: readonly unknown[] | undefined;
  #size = 0;
  /** The values of each field, where they differ. */
  readonly #columns: unknown[][] = [];

  constructor(alike: unknown, shape: Shape) {
    this.#alike = alike;
    this.#shape = shape;
  }

  hasShape(shape: Shape): boolean {
    const own = this.#shape;
    if (own.length !== shape.length) return false;
    for (let i = 0; i < shape.length; i++) if (shape[i] !== own[i]) return false;
    return true;
  }

  add(values: readonly unknown[]): void {
    this.#first ??= values;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (this.#columns[i]) this.#columns[i]?.push(value);
      else if (value !== this.#first[i]) this.#columns[i] = [...Array(this.#size).fill(this.#first[i]), value];
    }
    this.#size += 1;
  }

  packed(): PackedGroup {
    const differ = fieldsOf(this.#shape)
      .map((field, i): [Field, unknown[] | undefined] => [field, this.#columns[i]])
      .filter((one): one is [Field, unknown[]] => one[1] !== undefined);
    return { alike: this.#alike, differ };
  }
}

function flatten(record: Record<string, unknown>, shape: Shape, values: unknown[], depth = 0): void {
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (!isWritten(value)) continue;
    shape.push(key);
    if (depth === 0 && isPlain(value)) {
      shape.push(OPEN);
      flatten(value, shape, values, 1);
      shape.push(CLOSE);
    } else values.push(value);
  }
}

/** @returns where the values of a shape stand, in their order */
function fieldsOf(shape: Shape): Field[] {
  const fields: Field[] = [];
  let record: string | undefined;
  for (const [i, key] of shape.entries()) {
    if (key === CLOSE) record = undefined;
    else if (key !== OPEN && shape[i + 1] === OPEN) record = key;
    else if (key !== OPEN) fields.push(record === undefined ? [key] : [record, key]);
  }
  return fields;
}

/** Whether JSON writes it as a record with its own fields. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !('toJSON' in value) && !Object.hasOwn(value, '__proto__');
}

/** JSON leaves out a field with another value. */
function isWritten(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
