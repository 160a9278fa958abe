import type { Room } from './messages';
import { asRooms, isRoom } from './rooms';

/** A message that no peer would send. It never leaves the package: it is counted, logged and dropped. */
export class MalformedMessageError extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
  }
}

/** An object as JSON has it: no Date, no bytes, no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function readString(record: Record<string, unknown>, field: string): string {
  const value = record[field];
  if (typeof value !== 'string') throw new MalformedMessageError(`"${field}" is not a string`);
  return value;
}

/** No node has a longer name, and none shares its connection with more: nobody is to fill the memory of who takes note of them. */
const LONGEST_NAME = 100;
const MOST_NODES = 1000;

/** The name of a node, or of its connection. */
export function readName(record: Record<string, unknown>, field: string): string {
  const name = readString(record, field);
  if (name.length > LONGEST_NAME) throw new MalformedMessageError(`"${field}" is no name of a node`);
  return name;
}

export function readNames(record: Record<string, unknown>, field: string): string[] {
  const names = readStrings(record, field);
  if (names.length > MOST_NODES || names.some(({ length }) => length > LONGEST_NAME)) {
    throw new MalformedMessageError(`"${field}" is no list of nodes`);
  }
  return names;
}

export function readStrings(record: Record<string, unknown>, field: string): string[] {
  const value = record[field];
  if (!Array.isArray(value) || !value.every(isRoom)) throw new MalformedMessageError(`"${field}" is no list of names`);
  return value.map(String);
}

export function readRoom(record: Record<string, unknown>, field: string): string {
  const value = record[field];
  if (!isRoom(value)) throw new MalformedMessageError(`"${field}" is not a name`);
  return String(value);
}

/** Published nodes send what their users call a room, whatever it is. */
export function readRooms(record: Record<string, unknown>, field: string): Room[] {
  const value = record[field];
  if (!Array.isArray(value)) throw new MalformedMessageError(`"${field}" is no list of rooms`);
  return asRooms(value);
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
