import { UnsendableValueError } from '../errors';
import { MAX_DEPTH } from './msgpack';

/**
 * Turns a value into one that MessagePack carries to every peer with its meaning: `toJSON()` is called (but a Date stays
 * a Date), every view of binary data becomes the bytes that it shows. What needs no change is returned as it is.
 *
 * @throws {UnsendableValueError} for a function, a symbol, a bigint or a circular value, with its place
 */
export function toSendable(value: unknown, path: string): unknown {
  return prepare(value, path, 0);
}

function prepare(value: unknown, path: string, depth: number): unknown {
  switch (typeof value) {
    case 'object':
      return value === null ? null : prepareObject(value, path, depth);
    case 'function':
    case 'symbol':
    case 'bigint':
      throw new UnsendableValueError(path, `a ${typeof value} has no form on the wire`);
    default:
      return value;
  }
}

function prepareObject(value: object, path: string, depth: number): unknown {
  const special = prepareSpecial(value);
  if (special !== undefined) return special;
  if (depth > MAX_DEPTH - 8) throw new UnsendableValueError(path.slice(0, 80), 'it is circular, or nested too deep');
  if ('toJSON' in value && typeof value.toJSON === 'function') return prepare(value.toJSON(), path, depth + 1);
  return Array.isArray(value) ? prepareArray(value, path, depth) : prepareRecord(value, path, depth);
}

/** What has a form of its own; undefined for what consists of its elements or properties. */
function prepareSpecial(value: object): unknown {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype) return undefined;
  if (value instanceof Uint8Array) return value;
  // as JSON has it: an invalid Date is null, and a String, a Number and a Boolean are what they hold
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  if (value instanceof String || value instanceof Number || value instanceof Boolean) return value.valueOf();
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  return undefined;
}

function prepareArray(values: readonly unknown[], path: string, depth: number): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let i = 0; i < values.length; i++) {
    const before = values[i];
    if (isPlain(before)) continue;
    const after = prepare(before, `${path}[${i}]`, depth + 1);
    if (after === before) continue;
    changed ??= [...values];
    changed[i] = after;
  }
  return changed ?? values;
}

function prepareRecord(record: object, path: string, depth: number): object {
  const entries = record as Record<string, unknown>;
  let changed: Record<string, unknown> | undefined;
  for (const key of Object.keys(entries)) {
    if (key === '__proto__') {
      // a client can send such a key, and a server relay it: no peer may be made to take it for a prototype
      changed ??= { ...entries };
      delete changed[key];
      continue;
    }
    const before = entries[key];
    if (isPlain(before)) continue;
    const after = prepare(before, `${path}.${key}`, depth + 1);
    if (after === before) continue;
    changed ??= { ...entries };
    changed[key] = after;
  }
  return changed ?? record;
}

/** Spares the building of a path for the values that most packets are made of. */
function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value == null;
}
