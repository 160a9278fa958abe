import type { PubSub } from '../redis/pub-sub';
import { channelsOf, everyNamespacePattern, namespacePattern, readBroadcastChannel } from '../wire/channels';

/** A node of this process, as far as broadcasts go. */
export interface BroadcastReceiver {
  /** The namespace's name. */
  readonly nsp: string;
  /** Takes a broadcast that came on the channel of a room ('' for none). Whatever it is, nothing is thrown. */
  hear(room: string, payload: Buffer): void;
}

/** Servers of this process that share the clients have nodes in the same namespaces. */
class Several {
  constructor(readonly nodes: readonly BroadcastReceiver[]) {}

  hear(room: string, payload: Buffer): void {
    for (const node of this.nodes) node.hear(room, payload);
  }
}

/**
 * Takes the broadcasts of all namespaces, with one subscription where it may, and hands each to the nodes of this process that it is for:
 * the cost of a message does not grow with the number of namespaces, neither here nor in Redis.
 */
export class BroadcastRouter {
  readonly #pubSub: PubSub;
  readonly #prefix: string;
  /** Where a namespace begins in the name of a channel. */
  readonly #start: number;
  /** By namespace. No lists, since there is hardly ever more than one: with many namespaces, each look at memory counts (measured). */
  readonly #nodes = new Map<string, BroadcastReceiver | Several>();
  /** Whether a namespace has, or had, `#` in its name. */
  #hashes = false;
  /** Whether one pattern for all namespaces is permitted. */
  #hearsAll: Promise<boolean> | undefined;
  readonly #onMessage = (payload: Buffer, channel: Buffer) => this.#route(payload, channel);

  constructor(pubSub: PubSub, prefix: string) {
    this.#pubSub = pubSub;
    this.#prefix = prefix;
    this.#start = Buffer.byteLength(prefix) + 1;
  }

  /** @returns once the node hears broadcasts */
  async add(node: BroadcastReceiver): Promise<void> {
    const { nsp } = node;
    this.#set(nsp, [...this.#nodesOf(nsp), node]);
    this.#hashes ||= nsp.includes('#');
    this.#hearsAll ??= this.#pubSub.psubscribeIfPermitted(everyNamespacePattern(this.#prefix), this.#onMessage);
    const hearsAll = await this.#hearsAll;
    if (!this.#nodesOf(nsp).includes(node)) return;
    // an ACL that was written for the published adapters permits their patterns, and no other
    const pattern = hearsAll ? everyNamespacePattern(this.#prefix) : this.#pattern(nsp);
    // also the one for all may have been lost since
    await this.#pubSub.psubscribe(pattern, this.#onMessage);
  }

  async remove(node: BroadcastReceiver): Promise<void> {
    const { nsp } = node;
    const others = this.#nodesOf(nsp).filter((other) => other !== node);
    this.#set(nsp, others);
    if (others.length > 0) return;
    await this.#pubSub.punsubscribe(this.#pattern(nsp), this.#onMessage);
    if (this.#nodes.size > 0) return;
    this.#hearsAll = undefined;
    await this.#pubSub.punsubscribe(everyNamespacePattern(this.#prefix), this.#onMessage);
  }

  #nodesOf(nsp: string): readonly BroadcastReceiver[] {
    const node = this.#nodes.get(nsp);
    if (node instanceof Several) return node.nodes;
    return node ? [node] : [];
  }

  #set(nsp: string, nodes: readonly BroadcastReceiver[]): void {
    const [first, second] = nodes;
    if (!first) this.#nodes.delete(nsp);
    else this.#nodes.set(nsp, second ? new Several(nodes) : first);
  }

  #pattern(nsp: string): string {
    return namespacePattern(channelsOf(this.#prefix, nsp));
  }

  #route(payload: Buffer, channel: Buffer): void {
    readBroadcastChannel(channel, this.#start, this.#hashes, (nsp, room) => this.#nodes.get(nsp)?.hear(room, payload));
  }
}

const routers = new WeakMap<PubSub, Map<string, BroadcastRouter>>();

/** The router of a pair of clients for a prefix. */
export function broadcastRouterOf(pubSub: PubSub, prefix: string): BroadcastRouter {
  const byPrefix = routers.get(pubSub) ?? new Map<string, BroadcastRouter>();
  routers.set(pubSub, byPrefix);
  const router = byPrefix.get(prefix) ?? new BroadcastRouter(pubSub, prefix);
  byPrefix.set(prefix, router);
  return router;
}
