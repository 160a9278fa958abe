import { clientKinds } from '../clients';
import { BARRIER_ROOM, type NodeMethods, type Setup } from '../protocol';
import { publishBursts } from './bursts';

/** A client of Redis without any adapter: what the client library alone costs. */
export async function startRawNode(
  { client, port, message }: Setup,
  onBarrier: () => void,
): Promise<Partial<NodeMethods>> {
  const clients = await clientKinds[client].connect(port);
  const { channel, payload } = message;
  const bytes = Buffer.from(payload, 'base64');
  await clients.psubscribe('socket.io#/*');
  await clients.subscribe(BARRIER_ROOM, onBarrier);
  return {
    populate: async () => {},
    publish: (milliseconds) => publishBursts(clients, milliseconds, () => void clients.publish(channel, bytes)),
  };
}
