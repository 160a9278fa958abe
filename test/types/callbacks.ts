import redisAdapter = require('../../src/index');

/** Not run, but compiled: callbacks with the types that the published packages gave them, and those without. */
export function callbacks(adapter: redisAdapter.RedisApi, adapter4: redisAdapter.RedisAdapter): void {
  adapter.clients((_error: Error, ids: string[]) => ids);
  adapter.clients(['room'], (_error: Error | null, ids: string[]) => ids);
  adapter.clients(['room'], (error, ids) => (error ? [] : ids.map((id) => id.length)));
  adapter.clientRooms('id', (_error: unknown, rooms: string[]) => rooms);
  adapter4.allRooms((_error: Error, rooms: string[]) => rooms);
  adapter.remoteJoin('id', 'room', (_error: Error) => {});
  adapter.remoteLeave('id', 'room', () => {});
  adapter.remoteDisconnect('id', true, (_error?: Error | null) => {});
  adapter.customRequest({}, (_error: Error, replies: object[]) => replies);
  // @ts-expect-error -- they are texts
  adapter.clients((_error: Error, ids: number[]) => ids);
}
