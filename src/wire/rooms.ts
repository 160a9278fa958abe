import type { Room } from './messages';

export function isRoom(value: unknown): value is Room {
  return typeof value === 'string' || typeof value === 'number';
}

/**
 * Users call a room whatever they like. What is neither text nor number becomes text, and is never left out: a list without it might
 * be empty, and so mean everybody.
 */
export function asRooms(values: Iterable<unknown>): Room[] {
  const rooms = Array.isArray(values) ? values : [...values];
  return rooms.every(isRoom) ? rooms : rooms.map((room) => (isRoom(room) ? room : textOfRoom(room)));
}

/** A room as it is called on Socket.IO 2, and in the names of channels. */
export function textOfRoom(room: unknown): string {
  try {
    return String(room);
  } catch {
    // what a client has sent may have a `toString` that is no function
    return Object.prototype.toString.call(room);
  }
}
