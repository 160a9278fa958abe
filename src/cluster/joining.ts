import type { Request, Room } from '../wire/messages';

/**
 * The rooms that this node is making sockets of others join. Until they have done so, they may not hear the room's channel yet:
 * what is for such a room has to go to the namespace's.
 */
export class Joining {
  readonly #rooms = new Map<string, number>();

  /** @param request - any; @param done - settles when the nodes have answered it */
  async during(request: Request, done: Promise<unknown>): Promise<void> {
    const rooms = roomsOf(request).map(String);
    if (rooms.length === 0) return;
    for (const room of rooms) this.#rooms.set(room, (this.#rooms.get(room) ?? 0) + 1);
    await done.catch(() => undefined);
    for (const room of rooms) {
      const left = (this.#rooms.get(room) ?? 0) - 1;
      if (left > 0) this.#rooms.set(room, left);
      else this.#rooms.delete(room);
    }
  }

  concerns(rooms: readonly Room[]): boolean {
    return this.#rooms.size > 0 && rooms.some((room) => this.#rooms.has(String(room)));
  }
}

function roomsOf(request: Request): readonly Room[] {
  if (request.type === 'addSockets') return request.rooms;
  return request.type === 'remoteJoin' ? [request.room] : [];
}
