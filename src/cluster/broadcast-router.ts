import type { PubSub } from '../redis/pub-sub';
import { type Broadcast, decodeBroadcast } from '../wire/broadcast';
import { broadcastPattern, readBroadcastChannel } from '../wire/channels';

/** A node of this process, as far as broadcasts go. */
export interface BroadcastReceiver {
  /** The namespace's name. */
  readonly nsp: string;
  readonly uid: string;
  /** Whether a broadcast on the channel of a room ('' for none) can concern the node; asked before it is decoded. */
  wants(room: string, payload: Buffer): boolean;
  receive(broadcast: Broadcast): void;
  /** Takes note of a payload that no peer would send. */
  drop(kind: 'broadcast', reason: unknown): void;
}

/**
 * Takes the broadcasts of all namespaces with one subscription, and hands each to the nodes of this process that it is for:
 * the cost of a message does not grow with the number of namespaces, neither here nor in Redis.
 */
export class BroadcastRouter {
  readonly #pubSub: PubSub;
  readonly #prefix: string;
  readonly #nodes = new Map<string, Set<BroadcastReceiver>>();
  readonly #onMessage = (payload: Buffer, channel: string) => this.#route(payload, channel);

  constructor(pubSub: PubSub, prefix: string) {
    this.#pubSub = pubSub;
    this.#prefix = prefix;
  }

  /** @returns once the node hears broadcasts */
  add(node: BroadcastReceiver): Promise<void> {
    const nodes = this.#nodes.get(node.nsp) ?? new Set();
    this.#nodes.set(node.nsp, nodes.add(node));
    return this.#pubSub.psubscribe(broadcastPattern(this.#prefix), this.#onMessage);
  }

  async remove(node: BroadcastReceiver): Promise<void> {
    const nodes = this.#nodes.get(node.nsp);
    nodes?.delete(node);
    if (nodes?.size === 0) this.#nodes.delete(node.nsp);
    if (this.#nodes.size === 0) await this.#pubSub.punsubscribe(broadcastPattern(this.#prefix), this.#onMessage);
  }

  /** The nodes of this process for a namespace: several servers may share a pair of clients. */
  nodesOf(nsp: string): BroadcastReceiver[] {
    return [...(this.#nodes.get(nsp) ?? [])];
  }

  #route(payload: Buffer, channel: string): void {
    let broadcast: Broadcast | undefined;
    for (const { nsp, room } of readBroadcastChannel(this.#prefix, channel)) {
      for (const node of this.#nodes.get(nsp) ?? []) {
        if (!node.wants(room, payload)) continue;
        try {
          broadcast ??= decodeBroadcast(payload);
        } catch (error) {
          node.drop('broadcast', error);
          return;
        }
        node.receive(broadcast);
      }
    }
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
