import { isRecord, MalformedMessageError, readRooms, readString } from './malformed';
import type { SocketDetails } from './messages';
import { areKeysOfSeveral } from './pack-sockets';

/**
 * Reads the answer to a `fetchSockets()`, packed by `packSockets()` or not.
 *
 * @throws {MalformedMessageError}
 */
export function readSockets({ sockets, handshakes }: Record<string, unknown>): SocketDetails[] {
  if (!Array.isArray(sockets)) throw new MalformedMessageError('"sockets" is not an array');
  const handshakeOf = handshakes === undefined ? (handshake: unknown) => handshake : unpackerOf(handshakes);
  return sockets.map((socket: unknown) => {
    if (!isRecord(socket)) throw new MalformedMessageError('a socket is not an object');
    const { handshake = {}, data = {} } = socket;
    return { id: readString(socket, 'id'), handshake: handshakeOf(handshake), rooms: readRooms(socket, 'rooms'), data };
  });
}

function unpackerOf(handshakes: unknown): (place: unknown) => unknown {
  if (!Array.isArray(handshakes)) throw new MalformedMessageError('"handshakes" is not an array');
  const groups = handshakes.map((group) => new Group(group));
  return (place) => {
    const group = typeof place === 'number' ? groups[place] : undefined;
    if (!group) throw new MalformedMessageError('a handshake is missing');
    return group.next();
  };
}

/** A field that has a value of its own in each handshake. */
interface Column {
  /** The record in the handshake that has it; undefined for the handshake itself. */
  record: string | undefined;
  key: string;
  values: readonly unknown[];
}

class Group {
  readonly #alike: unknown;
  /** The keys of the records in the handshake. */
  readonly #records: readonly string[];
  readonly #columns: readonly Column[];
  readonly #isAlone: boolean;
  #given = 0;

  constructor(group: unknown) {
    if (!isRecord(group) || !Array.isArray(group.differ)) throw new MalformedMessageError('no group of handshakes');
    const { alike = {}, differ } = group;
    const fields = isRecord(alike) ? alike : {};
    const records = Object.keys(fields).filter((key) => isRecord(fields[key]));
    const keys = [fields, ...records.map((key) => fields[key] as object)].flatMap(Object.keys);
    this.#alike = alike;
    this.#records = records;
    this.#isAlone = !isRecord(alike) || !areKeysOfSeveral(keys, records.length);
    if (this.#isAlone && differ.length > 0) throw new MalformedMessageError('a handshake that is alone differs');
    this.#columns = differ.map((column: unknown) => readColumn(column, fields));
  }

  /** @returns the handshake of the next socket */
  next(): unknown {
    const row = this.#given;
    this.#given += 1;
    if (this.#isAlone) {
      if (row > 0) throw new MalformedMessageError('several sockets with a handshake that is alone');
      return this.#alike;
    }
    const handshake = { ...(this.#alike as Record<string, unknown>) };
    for (const key of this.#records) handshake[key] = { ...(handshake[key] as object) };
    for (const { record, key, values } of this.#columns) {
      if (row >= values.length) throw new MalformedMessageError('a value is missing');
      const target = record === undefined ? handshake : (handshake[record] as Record<string, unknown>);
      target[key] = values[row];
    }
    return handshake;
  }
}

function readColumn(column: unknown, fields: Record<string, unknown>): Column {
  const [field, values] = Array.isArray(column) ? column : [];
  if (!Array.isArray(field) || !Array.isArray(values)) throw new MalformedMessageError('no field of a handshake');
  const [record, key] = field.length === 1 ? [undefined, ...field] : field;
  const target = record === undefined ? fields : ownOf(fields, record);
  const value = isRecord(target) && field.length <= 2 ? ownOf(target, key) : undefined;
  // no field is made that is not there, and none takes the place of a record
  if (value === undefined || (record === undefined && isRecord(value))) {
    throw new MalformedMessageError('a handshake has no such field');
  }
  return { record, key, values };
}

function ownOf(record: Record<string, unknown>, key: unknown): unknown {
  return typeof key === 'string' && Object.hasOwn(record, key) ? record[key] : undefined;
}
