import { UnsendableValueError } from '../errors';
import { MAX_DEPTH } from './msgpack';

/**
 * Turns a value into one that MessagePack carries to every peer with its meaning: `toJSON()` is called (but a Date stays
 * a Date), every view of binary data becomes the bytes that it shows. What needs no change is returned as it is.
 *
 * @throws {UnsendableValueError} for a function, a symbol, a bigint or a circular value, with its place
 */
export function toSendable(value: unknown, path: string): unknown {
  try {
    return prepare(value, 0);
  } catch (error) {
    if (!(error instanceof Unsendable)) throw error;
    throw new UnsendableValueError((path + error.place).slice(0, LONGEST_PATH), error.reason);
  }
}

/** Of a circular value, the path has no end. */
const LONGEST_PATH = 200;

/** Each array and object that it passes says where it was: to put that together for values that can be sent costs more than all else. */
class Unsendable {
  place = '';

  constructor(readonly reason: string) {}
}

function prepare(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'object':
      return value === null ? null : prepareObject(value, depth);
    case 'function':
    case 'symbol':
    case 'bigint':
      throw new Unsendable(`a ${typeof value} has no form on the wire`);
    default:
      return value;
  }
}

function prepareObject(value: { toJSON?: unknown }, depth: number): unknown {
  const special = prepareSpecial(value);
  if (special !== undefined) return special;
  if (depth > MAX_DEPTH - 8) throw new Unsendable('it is circular, or nested too deep');
  if (typeof value.toJSON === 'function') return prepare(value.toJSON(), depth + 1);
  return Array.isArray(value) ? prepareArray(value, depth) : prepareRecord(value, depth);
}

function prepareWithin(value: unknown, key: string | number, depth: number): unknown {
  try {
    return prepare(value, depth + 1);
  } catch (error) {
    if (error instanceof Unsendable) error.place = (typeof key === 'number' ? `[${key}]` : `.${key}`) + error.place;
    throw error;
  }
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

function prepareArray(values: readonly unknown[], depth: number): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let i = 0; i < values.length; i++) {
    const before = values[i];
    if (isScalar(before)) continue;
    const after = prepareWithin(before, i, depth);
    if (after === before) continue;
    changed ??= [...values];
    changed[i] = after;
  }
  return changed ?? values;
}

function prepareRecord(record: object, depth: number): object {
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
    if (isScalar(before)) continue;
    const after = prepareWithin(before, key, depth);
    if (after === before) continue;
    changed ??= { ...entries };
    changed[key] = after;
  }
  return changed ?? record;
}

/** Most values need not be looked at any closer. */
export function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value == null;
}
