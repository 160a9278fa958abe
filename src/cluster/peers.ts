import type { Sender } from '../wire/messages';

/** Who listens to a namespace's requests at one moment. */
export interface Census {
  /** The connections that listen, this node's own included, whoever they belong to. */
  connections: number;
  /** The nodes that are known by name and still listen. */
  named: readonly Peer[];
}

export interface Peer {
  uid: string;
  link: string;
}

/**
 * The other nodes of a namespace that are known by name: those of this package, which put their uid into whatever they send.
 * The published ones remain a number.
 */
export class Peers {
  readonly #links = new Map<string, string>();

  /** @param own - the uid of this node, which is not its own peer */
  learn({ nodes, link }: Sender, own: string): void {
    for (const uid of nodes) if (uid !== own) this.#links.set(uid, link);
  }

  forget(uid: string): void {
    this.#links.delete(uid);
  }

  /**
   * Counts who listens, in one round trip: everyone, and by their own channels those who are known by name.
   *
   * @param count - counts the subscribers of channels
   * @param common - the channels that every node subscribes to
   * @param ownChannel - the channel that only the node with this uid subscribes to
   */
  async census(
    count: (channels: readonly string[]) => Promise<number[]>,
    common: readonly string[],
    ownChannel: (uid: string) => string,
  ): Promise<Census> {
    const peers = [...this.#links].map(([uid, link]) => ({ uid, link }));
    const counts = await count([...common, ...peers.map(({ uid }) => ownChannel(uid))]);
    const listens = (_: Peer, i: number) => (counts[common.length + i] ?? 0) > 0;
    for (const { uid } of peers.filter((peer, i) => !listens(peer, i))) this.forget(uid);
    return {
      // who listens to a part of them only is an onlooker, and will not answer
      connections: Math.min(...counts.slice(0, common.length)),
      named: peers.filter(listens),
    };
  }
}

/** How many nodes there are: those known by name, this one, and a published node for every other connection. */
export function countNodes({ connections, named }: Census, own: Peer): number {
  const nodes = [own, ...named.filter(({ uid }) => uid !== own.uid)];
  const links = new Set(nodes.map(({ link }) => link));
  return nodes.length + Math.max(0, connections - links.size);
}
