import debugModule from 'debug';
import type { PubSub } from '../redis/pub-sub';
import { type Channels, ownResponseChannel, ownResponsePattern, readOwnResponseChannel } from '../wire/channels';
import type { DialectName, Sender } from '../wire/messages';
import { isOwnUid, isPublishedUid } from '../wire/uid';

const debug = debugModule('socket.io-redis:peers');

const RECENT_MS = 5000;

/** Who listens to a namespace's requests at one moment. */
export interface Census {
  /** The nodes of this package, this one included: they are known by name. */
  named: readonly Peer[];
  /** How many published nodes there are, by the dialect that they speak. */
  published: Record<DialectName, number>;
}

export interface Peer {
  uid: string;
  /** The subscriber connection; nodes of one process may share it. */
  link: string;
}

/** The nodes of a namespace. The published ones do not say who they are, and remain a number. */
export class Peers {
  readonly #own: Peer;
  readonly #pubSub: PubSub;
  readonly #channels: Channels;
  readonly #links = new Map<string, string>();
  #last: Census | undefined;
  #countedAt = 0;

  constructor(own: Peer, pubSub: PubSub, channels: Channels) {
    this.#own = own;
    this.#pubSub = pubSub;
    this.#channels = channels;
  }

  /** Takes note of nodes of this package. */
  learn({ nodes, link }: Sender): void {
    for (const uid of nodes) if (uid !== this.#own.uid) this.#links.set(uid, link);
  }

  forget(uid: string): void {
    this.#links.delete(uid);
  }

  /** How many other nodes of this package there are, as far as this one has heard. */
  get heardOf(): number {
    return this.#links.size;
  }

  /** What the last census said, if there was one. When it is old, a new one is on its way. */
  recent(): Census | undefined {
    if (Date.now() - this.#countedAt > RECENT_MS) {
      this.#countedAt = Date.now();
      this.census().catch((error) => debug('could not count the nodes: %s', error));
    }
    return this.#last;
  }

  /**
   * Finds out who listens: in one round trip when all of them are nodes of this package.
   *
   * @throws what the Redis client gives
   */
  async census(): Promise<Census> {
    const { request, response } = this.#channels;
    const peers = [...this.#links].map(([uid, link]) => ({ uid, link }));
    const own = peers.map(({ uid }) => ownResponseChannel(this.#channels, uid));
    const [requests = 0, responses = 0, ...counts] = await this.#pubSub.countSubscribers([request, response, ...own]);
    for (const { uid } of peers.filter((_, i) => counts[i] === 0)) this.forget(uid);
    const named = [this.#own, ...peers.filter((_, i) => counts[i] !== 0)];
    // who listens to one of the two only is an onlooker, and will not answer
    this.#last = await this.#tellApart(Math.min(requests, responses), named);
    this.#countedAt = Date.now();
    return this.#last;
  }

  async #tellApart(connections: number, known: readonly Peer[]): Promise<Census> {
    if (connections <= countLinks(known)) return { named: known, published: { 5: 0, 8: 0 } };
    // nodes of this package hear responses on a channel of their own, and so do published ones from 7.1 on
    const channels = await this.#pubSub.listChannels(ownResponsePattern(this.#channels));
    const uids = channels.map((channel) => readOwnResponseChannel(this.#channels, channel));
    // those that have not been heard of yet most likely have a connection each
    const unheard = uids.filter((uid) => isOwnUid(uid) && known.every((peer) => peer.uid !== uid));
    const named = [...known, ...unheard.map((uid) => ({ uid, link: uid }))];
    const published = Math.max(0, connections - countLinks(named));
    const recent = Math.min(published, uids.filter(isPublishedUid).length);
    return { named, published: { 5: published - recent, 8: recent } };
  }
}

function countLinks(peers: readonly Peer[]): number {
  return new Set(peers.map(({ link }) => link)).size;
}
