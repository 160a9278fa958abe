import debugModule from 'debug';
import { Moment } from '../moment';
import { isForbidden, type PubSub } from '../redis/pub-sub';
import type { Sender } from '../wire/messages';
import { isOwnUid } from '../wire/uid';
import type { NamespaceChannels, Published } from '../wire/wire';

const debug = debugModule('socket.io-redis:peers');

const RECENT_MS = 5000;

/** How much later than this node another one may have its connection back at most: clients try again every two seconds, unless told otherwise. */
const BACK_WITHIN_MS = 2000;

/** Where Redis does not say who is gone, a node that has been silent for so long is taken for that. */
const GONE_AFTER_MS = 30_000;

/** Who listens to a namespace's requests at one moment. */
export interface Census {
  /** The uid of who counted, if that is a node. */
  own: string | undefined;
  /** The nodes of this package that listen, this one included if it is one: they are known by name. */
  named: readonly Peer[];
  /** Those that do not, but may do so again in a moment. */
  away: readonly Peer[];
  published: Published;
  /** The uids of those that let a request time out, and have not been heard of since. */
  silent: ReadonlySet<string>;
}

export interface Peer {
  uid: string;
  /** The subscriber connection; nodes of one process may share it. */
  link: string;
}

/** The node that counts. */
export interface OwnPeer extends Peer {
  /** The uids of the nodes on the same subscriber connection, its own may be among them. */
  neighbours(): readonly string[];
}

/** The nodes of a namespace. The published ones do not say who they are, and remain a number. */
export class Peers {
  readonly #own: OwnPeer | undefined;
  readonly #pubSub: PubSub;
  readonly #channels: NamespaceChannels;
  readonly #onUncountable: ((error: Error) => void) | undefined;
  readonly #links = new Map<string, string>();
  /** When each was last heard, by `performance.now()`. */
  readonly #heardAt = new Map<string, number>();
  /** Those that have let a request time out, and since when. */
  readonly #silent = new Map<string, Moment>();
  #last: Census | undefined;
  /** Whether a new census is due. A timer says so: to look at the clock with each message is a twentieth of what it costs (measured). */
  #isDue = true;
  #ageing: NodeJS.Timeout | undefined;
  #byNameAlone = false;
  #soon: Promise<Census> | undefined;

  /**
   * @param own - undefined for who is no node, and does not hear who comes
   * @param onUncountable - called when Redis does not let this user count who listens: only names remain then. Without it, who
   * wants to know gets the error
   */
  constructor(
    own: OwnPeer | undefined,
    pubSub: PubSub,
    channels: NamespaceChannels,
    onUncountable?: (error: Error) => void,
  ) {
    this.#own = own;
    this.#pubSub = pubSub;
    this.#channels = channels;
    this.#onUncountable = onUncountable;
  }

  /** Takes note of nodes of this package. */
  learn({ uid, nodes, link }: Sender): void {
    this.#silent.delete(uid);
    for (const uid of nodes) if (uid !== this.#own?.uid) this.#links.set(uid, link);
    if (this.#links.has(uid)) this.#heardAt.set(uid, performance.now());
  }

  forget(uid: string): void {
    this.#links.delete(uid);
    this.#heardAt.delete(uid);
    this.#silent.delete(uid);
  }

  /** @param moment - by `performance.now()` */
  wasHeardSince(uid: string, moment: number): boolean {
    return (this.#heardAt.get(uid) ?? 0) >= moment;
  }

  /** The node has let a request time out: it is not waited for until it is heard of again. */
  fellSilent(uid: string): void {
    if (this.#links.has(uid) && !this.#silent.has(uid)) this.#silent.set(uid, new Moment());
  }

  /** How many other nodes of this package there are, as far as this one has heard. */
  get heardOf(): number {
    return this.#links.size;
  }

  /** Their uids. */
  get names(): string[] {
    return [...this.#links.keys()];
  }

  /** What the last census said, if there was one. When it is old, a new one is on its way. */
  recent(): Census | undefined {
    if (this.#isDue) {
      this.#notDue();
      this.census().catch((error) => debug('could not count the nodes: %s', error));
    }
    return this.#last;
  }

  /**
   * Finds out who listens: in one round trip when all of them are nodes of this package, and for all who ask in one tick
   * together.
   *
   * @throws what the Redis client gives
   */
  census(): Promise<Census> {
    this.#soon ??= new Promise<void>((resolve) => process.nextTick(resolve)).then(() => {
      this.#soon = undefined;
      return this.#take();
    });
    return this.#soon;
  }

  async #take(): Promise<Census> {
    // Redis counts them with this node: one that is forgotten since it did not listen for a moment would not be found again
    if (this.#own) this.learn({ ...this.#own, nodes: [...this.#own.neighbours()] });
    try {
      this.#last = await this.#count(this.#heardOf);
    } catch (error) {
      if (!this.#onUncountable || !isForbidden(error)) throw error;
      if (!this.#byNameAlone) this.#onUncountable(error as Error);
      this.#byNameAlone = true;
      this.#forgetGone();
      this.#last = this.#censusOf(this.#with(this.#heardOf), NOBODY);
    }
    this.#notDue();
    return this.#last;
  }

  #notDue(): void {
    this.#isDue = false;
    this.#ageing ??= setTimeout(() => {
      this.#isDue = true;
    }, RECENT_MS).unref();
    this.#ageing.refresh();
  }

  get #heardOf(): Peer[] {
    return [...this.#links].map(([uid, link]) => ({ uid, link }));
  }

  /** They crashed, most likely. Whoever is there after all is learned again from whatever it sends. */
  #forgetGone(): void {
    for (const [uid, { age }] of this.#silent) if (age > GONE_AFTER_MS) this.forget(uid);
  }

  async #count(peers: readonly Peer[]): Promise<Census> {
    const { census, own } = this.#channels;
    const counts = await this.#pubSub.countSubscribers([...census, ...peers.map(({ uid }) => own(uid))]);
    const listens = (i: number) => counts[census.length + i] !== 0;
    const away = peers.filter((_, i) => !listens(i));
    const named = this.#with(peers.filter((_, i) => listens(i)));
    const told = await this.#tellApart(Math.min(...counts.slice(0, census.length)), named);
    // what was lost with this node's own connection is made anew; otherwise, they are gone
    if (!this.#pubSub.hasHeardSince(performance.now() - BACK_WITHIN_MS)) return { ...told, away };
    for (const { uid } of away) this.forget(uid);
    return told;
  }

  #with(others: readonly Peer[]): Peer[] {
    return this.#own ? [this.#own, ...others] : [...others];
  }

  async #tellApart(connections: number, known: readonly Peer[]): Promise<Census> {
    const { ownChannels, dialects } = this.#channels;
    const unknown = Math.max(0, connections - countLinks(known));
    if (unknown === 0) return this.#censusOf(known, NOBODY);
    // nodes of this package hear responses on a channel of their own, and so do published ones from 7.1 on
    const lists = await Promise.all(ownChannels.patterns.map((pattern) => this.#pubSub.listChannels(pattern)));
    const uids = lists.flat().map((channel) => ownChannels.uidOf(channel));
    // those that have not been heard of yet most likely have a connection each
    const unheard = uids.filter((uid) => isOwnUid(uid) && known.every((peer) => peer.uid !== uid));
    const named = [...known, ...unheard.map((uid) => ({ uid, link: uid }))];
    const published = Math.max(0, connections - countLinks(named));
    const recent = Math.min(published, uids.filter(ownChannels.isPublished).length);
    // on the sharded wire, who listens to nothing of its own is an onlooker
    return this.#censusOf(named, { 5: dialects.includes(5) ? published - recent : 0, 8: recent });
  }

  #censusOf(named: readonly Peer[], published: Published): Census {
    return { own: this.#own?.uid, named, away: [], published, silent: new Set(this.#silent.keys()) };
  }
}

const NOBODY: Published = { 5: 0, 8: 0 };

function countLinks(peers: readonly Peer[]): number {
  return new Set(peers.map(({ link }) => link)).size;
}
