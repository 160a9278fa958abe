import type { PubSub } from '../redis/pub-sub';
import type { Outgoing, Wire } from '../wire/wire';
import type { Peers } from './peers';
import type { Transport } from './requests';

interface Means {
  wire: Wire;
  peers: Peers;
  pubSub: PubSub;
  /** Publishes. @returns what went wrong, or undefined */
  send(message: Outgoing): Promise<Error | undefined>;
}

/** How requests get to the nodes of a namespace, and who has to answer them. */
export function wireTransport({
  wire,
  peers,
  pubSub,
  send,
}: Means): Pick<Transport, 'answering' | 'census' | 'hasHeardSince' | 'remind' | 'repeat' | 'send'> {
  return {
    answering: (request) => wire.answering(request),
    census: () => peers.census(),
    hasHeardSince: (since) => pubSub.hasHeardSince(since),
    async remind(uid, id, request, anew) {
      await send(wire.reminder(uid, id, request, anew));
    },
    async send(id, request) {
      const failures = await Promise.all(wire.request(id, request).map(send));
      return failures.find((failure) => failure !== undefined);
    },
    async repeat(id, request, { published }) {
      const message = wire.again(id, request, published);
      if (message) await send(message);
    },
  };
}
