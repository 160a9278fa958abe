import { isRecord, MalformedMessageError, readRooms, readString } from './malformed';
import type { SocketDetails } from './messages';
import { MAX_KEYS } from './pack-sockets';

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
  readonly #isLarge: boolean;
  #given = 0;

  constructor(group: unknown) {
    if (!isRecord(group) || !Array.isArray(group.differ)) throw new MalformedMessageError('no group of handshakes');
    const { alike, differ } = group;
    const fields = isRecord(alike) ? alike : {};
    const records = Object.entries(fields).filter(([, value]) => isRecord(value)) as [string, object][];
    this.#alike = alike;
    this.#records = records.map(([key]) => key);
    this.#columns = differ.map((column: unknown) => readColumn(column, fields));
    this.#isLarge = [fields, ...records.map(([, record]) => record)].flatMap(Object.keys).length > MAX_KEYS;
  }

  /** @returns the handshake of the next socket */
  next(): unknown {
    const row = this.#given;
    this.#given += 1;
    if (row > 0 && this.#isLarge) throw new MalformedMessageError('too large a handshake for several sockets');
    if (!isRecord(this.#alike)) return this.#alike;
    const handshake = { ...this.#alike };
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
  const [record, key] = field.length === 1 ? [undefined, field[0]] : field;
  const target = record === undefined ? fields : fields[record];
  // no field is made that is not there, whatever its name
  if (typeof key !== 'string' || !isRecord(target) || !Object.hasOwn(target, key)) {
    throw new MalformedMessageError('a handshake has no such field');
  }
  return { record, key, values };
}
