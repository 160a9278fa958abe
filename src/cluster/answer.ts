import type { Answer, Request } from '../wire/messages';
import type { LocalNode } from './local-node';

/** A node's own answer to a request. @throws whatever a `customHook` throws */
export async function answerLocally(local: LocalNode, request: Request): Promise<Answer> {
  switch (request.type) {
    case 'clients':
      return { found: true, value: local.clientsIn(request.rooms) };
    case 'allRooms':
      return { found: true, value: local.roomNames() };
    case 'customRequest':
      return { found: true, value: await local.callCustomHook(request.data) };
    case 'clientRooms': {
      const rooms = local.roomsOf(request.sid);
      return rooms ? { found: true, value: rooms } : { found: false };
    }
    case 'remoteJoin':
      return done(await local.join(request.sid, request.room));
    case 'remoteLeave':
      return done(await local.leave(request.sid, request.room));
    case 'remoteDisconnect':
      return done(local.disconnect(request.sid, request.close));
  }
}

function done(found: boolean): Answer {
  return found ? { found, value: undefined } : { found };
}
