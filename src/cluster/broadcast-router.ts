import type { PubSub } from '../redis/pub-sub';
import type { Broadcast } from '../wire/broadcast';
import { channelsOf, everyNamespacePattern, namespacePattern, readBroadcastChannel } from '../wire/channels';

/** A node of this process, as far as broadcasts go. */
export interface BroadcastReceiver {
  /** The namespace's name. */
  readonly nsp: string;
  /** Whether a broadcast on the channel of a room ('' for none) can concern the node; asked before it is decoded. */
  wants(room: string, payload: Buffer): boolean;
  /** @throws {MalformedMessageError} */
  decode(payload: Buffer): Broadcast;
  receive(broadcast: Broadcast): void;
  /** Takes note of a payload that no peer would send. */
  drop(kind: 'broadcast', reason: unknown): void;
}

/**
 * Takes the broadcasts of all namespaces, with one subscription where it may, and hands each to the nodes of this process that it is for:
 * the cost of a message does not grow with the number of namespaces, neither here nor in Redis.
 */
export class BroadcastRouter {
  readonly #pubSub: PubSub;
  readonly #prefix: string;
  readonly #nodes = new Map<string, Set<BroadcastReceiver>>();
  /** Whether a namespace has, or had, `#` in its name. */
  #hashes = false;
  /** Whether one pattern for all namespaces is permitted. */
  #hearsAll: Promise<boolean> | undefined;
  readonly #onMessage = (payload: Buffer, channel: string) => this.#route(payload, channel);

  constructor(pubSub: PubSub, prefix: string) {
    this.#pubSub = pubSub;
    this.#prefix = prefix;
  }

  /** @returns once the node hears broadcasts */
  async add(node: BroadcastReceiver): Promise<void> {
    const { nsp } = node;
    const nodes = this.#nodes.get(nsp) ?? new Set();
    this.#nodes.set(nsp, nodes.add(node));
    this.#hashes ||= nsp.includes('#');
    this.#hearsAll ??= this.#pubSub.psubscribeIfPermitted(everyNamespacePattern(this.#prefix), this.#onMessage);
    // an ACL that was written for the published adapters permits their patterns, and no other
    if (!(await this.#hearsAll) && nodes.has(node)) await this.#pubSub.psubscribe(this.#pattern(nsp), this.#onMessage);
  }

  async remove(node: BroadcastReceiver): Promise<void> {
    const { nsp } = node;
    const nodes = this.#nodes.get(nsp);
    nodes?.delete(node);
    if (nodes?.size !== 0) return;
    this.#nodes.delete(nsp);
    await this.#pubSub.punsubscribe(this.#pattern(nsp), this.#onMessage);
    if (this.#nodes.size > 0) return;
    this.#hearsAll = undefined;
    await this.#pubSub.punsubscribe(everyNamespacePattern(this.#prefix), this.#onMessage);
  }

  #pattern(nsp: string): string {
    return namespacePattern(channelsOf(this.#prefix, nsp));
  }

  #route(payload: Buffer, channel: string): void {
    readBroadcastChannel(this.#prefix, channel, this.#hashes, (nsp, room) => {
      const nodes = this.#nodes.get(nsp);
      if (nodes) handOver(payload, nodes, room);
    });
  }
}

/** Decodes it once at most, and only for those who want it. */
function handOver(payload: Buffer, nodes: Iterable<BroadcastReceiver>, room: string): void {
  let broadcast: Broadcast | undefined;
  for (const node of nodes) {
    if (!node.wants(room, payload)) continue;
    try {
      broadcast ??= node.decode(payload);
    } catch (error) {
      node.drop('broadcast', error);
      return;
    }
    node.receive(broadcast);
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
