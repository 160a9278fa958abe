import { isRecord } from './malformed';
import type { SocketDetails } from './messages';
import { isScalar } from './sendable';

/**
 * Answers to `fetchSockets()` are mostly handshakes, and these mostly alike: the same headers with the same values. Packed, those with
 * the same fields are a group, and what is the same in all of a group is written once (measured: a quarter of the bytes, and half
 * the CPU time).
 */
export type PackedSockets = {
  /** The handshake of each is the place of its group. */
  sockets: (Omit<SocketDetails, 'handshake'> & { handshake: number })[];
  handshakes: PackedGroup[];
};

interface PackedGroup {
  /** The handshake of its first socket. */
  alike: unknown;
  /** The fields that are not the same in all of them, with the value of each socket in turn. */
  differ: [field: Field, values: unknown[]][];
}

/** A field of the handshake, or one of a record in it: `headers`, `query`, `auth`. What these hold is taken as a whole. */
type Field = [key: string] | [record: string, key: string];

const LONGEST_SHAPE = 64;
const OPEN = 0;
const CLOSE = 1;

/** The keys of a handshake as they follow each other, with those of a record in it between `OPEN` and `CLOSE`. */
type Shape = (string | typeof OPEN | typeof CLOSE)[];

/**
 * Whether several handshakes may have these keys, and so be a group: a message is not to unpack to much more than JSON does of itself,
 * and an object whose keys are numbers takes much. Any other handshake is alone in its group.
 */
export function areKeysOfSeveral(keys: readonly string[], records: number): boolean {
  return keys.length + 2 * records <= LONGEST_SHAPE && keys.every((key) => key !== '__proto__' && !/^\d/.test(key));
}

export function packSockets(sockets: readonly SocketDetails[]): PackedSockets {
  const packer = new Packer();
  const packed = sockets.map((socket) => ({ ...socket, handshake: packer.add(socket.handshake) }));
  return { sockets: packed, handshakes: packer.groups.map((group) => group.packed()) };
}

function isShapeOfSeveral(shape: Shape): boolean {
  const keys = shape.filter((key) => typeof key === 'string');
  return areKeysOfSeveral(keys, shape.filter((key) => key === OPEN).length);
}

class Packer {
  readonly groups: Group[] = [];
  readonly #places = new Map<string, number>();
  #last = -1;

  /** @returns the place of its group */
  add(handshake: unknown): number {
    const shape: Shape = [];
    const values: unknown[] = [];
    const isFlat = isRecord(handshake) && staysAsItIs(handshake) && flatten(handshake, shape, values);
    if (!isFlat) return this.#addGroup(handshake);
    // most are as the one before, and to see that is quicker than to look them up
    if (!this.groups[this.#last]?.hasShape(shape)) {
      if (!isShapeOfSeveral(shape)) return this.#addGroup(handshake);
      this.#last = this.#placeOf(handshake, shape);
    }
    this.groups[this.#last]?.add(values);
    return this.#last;
  }

  #placeOf(handshake: unknown, shape: Shape): number {
    const name = JSON.stringify(shape);
    const place = this.#places.get(name) ?? this.#addGroup(handshake, shape);
    this.#places.set(name, place);
    return place;
  }

  #addGroup(handshake: unknown, shape?: Shape): number {
    return this.groups.push(new Group(handshake, shape)) - 1;
  }
}

class Group {
  readonly #alike: unknown;
  /** Undefined for a handshake that is alone. */
  readonly #shape: Shape | undefined;
  #first: readonly unknown[] | undefined;
  #size = 0;
  /** The values of each field, where they differ. */
  readonly #columns: unknown[][] = [];

  constructor(alike: unknown, shape: Shape | undefined) {
    this.#alike = alike;
    this.#shape = shape;
  }

  hasShape(shape: Shape): boolean {
    const own = this.#shape;
    if (own?.length !== shape.length) return false;
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
    const differ = fieldsOf(this.#shape ?? []).flatMap((field, i): PackedGroup['differ'] => {
      const values = this.#columns[i];
      return values ? [[field, values]] : [];
    });
    return { alike: this.#alike, differ };
  }
}

/** @returns false when JSON makes something else of a part of it than what it is */
function flatten(record: Record<string, unknown>, shape: Shape, values: unknown[], isWithin = false): boolean {
  for (const key of Object.keys(record)) {
    const value = record[key];
    // JSON leaves it out
    if (value === undefined) continue;
    if (!isScalar(value) && !staysAsItIs(value)) return false;
    shape.push(key);
    if (isWithin || !isObject(value)) {
      values.push(value);
      continue;
    }
    shape.push(OPEN);
    if (!isRecord(value) || !flatten(value, shape, values, true)) return false;
    shape.push(CLOSE);
  }
  return true;
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

/** Whether JSON writes an object by what it holds, or it is a Date: no other `toJSON()` is called. */
function staysAsItIs(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON !== 'function' || toJSON === Date.prototype.toJSON;
}

/** Whether it becomes an object. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
