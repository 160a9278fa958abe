import type { Answer, Request } from '../wire/messages';
import type { LocalNode } from './local-node';

/**
 * A node's own answer to a request.
 *
 * @param wanted - whether the answer will be sent to anybody
 * @throws whatever a hook or a listener of the user throws
 */
export async function answerLocally(local: LocalNode, request: Request, wanted: boolean): Promise<Answer> {
  switch (request.type) {
    case 'clientRooms': {
      const rooms = local.roomsOf(request.sid);
      return rooms ? { kind: 'value', value: rooms } : { kind: 'not found' };
    }
    case 'remoteJoin':
      return done(await local.join(request.sid, request.room));
    case 'remoteLeave':
      return done(await local.leave(request.sid, request.room));
    case 'remoteDisconnect':
      return done(local.disconnect(request.sid, request.close));
    default:
      return { kind: 'value', value: await shareOf(local, request, wanted) };
  }
}

type ShareRequest = Exclude<Request, { sid: string }>;

async function shareOf(local: LocalNode, request: ShareRequest, wanted: boolean): Promise<unknown> {
  switch (request.type) {
    case 'clients':
      return local.clientsIn(request.rooms);
    case 'allRooms':
      return local.roomNames();
    case 'customRequest':
      return local.callCustomHook(request.data);
    case 'fetchSockets':
      return local.fetch(request.targets);
    case 'countSockets':
      return local.count(request.targets);
    case 'roomSizes':
      return local.roomSizes();
    case 'addSockets':
      return local.joinAll(request.targets, request.rooms);
    case 'delSockets':
      return local.leaveAll(request.targets, request.rooms);
    case 'disconnectSockets':
      return local.disconnectAll(request.targets, request.close);
    case 'serverSideEmit':
      if (!wanted) return local.receiveEvent(request.args);
      return new Promise((resolve) => {
        local.receiveEvent(request.args, resolve);
      });
  }
}

function done(found: boolean): Answer {
  return found ? { kind: 'value', value: undefined } : { kind: 'not found' };
}
