import { isForbidden, type PubSub } from '../redis/pub-sub';
import { everyNamespacePattern } from '../wire/channels';
import { askClassic, silent } from './ask-classic';
import type { Redis } from './connect';
import { InspectError } from './errors';
import { Inbox } from './inbox';
import { lookAtClassic } from './look-classic';
import type { NamespaceReport, NodeReport, Report } from './report';
import { askSharded, lookAtSharded } from './sharded';
import { Traffic } from './traffic';

const ANSWERS_WITHIN_MS = 1000;
/** Each costs every node that has it a little. */
const MOST_ASKED = 100;

export interface InspectorSettings {
  prefix: string;
  /** Whether the nodes are asked nothing. */
  passive: boolean;
}

/** Looks at a fleet, without being one of its nodes. */
export class Inspector {
  readonly #redis: Redis;
  readonly #settings: InspectorSettings;
  readonly #inbox = new Inbox();
  readonly #traffic = new Traffic();
  /** What could not be seen, and why; a text once. */
  readonly #unseen = new Set<string>();
  #namespaces: NamespaceReport[] = [];
  #hears = false;

  constructor(redis: Redis, settings: InspectorSettings) {
    this.#redis = redis;
    this.#settings = settings;
    if (!redis.server) this.#unseen.add('whether this is a Redis Cluster: INFO is not permitted');
  }

  /**
   * Starts to hear the messages of all namespaces. A pattern is not counted with the subscribers of a channel, by which nodes
   * count each other.
   */
  async listen(): Promise<void> {
    const { prefix } = this.#settings;
    const patterns = [prefix, `${prefix}-request`, `${prefix}-response`].map(everyNamespacePattern);
    const heard = await Promise.all(
      patterns.map((pattern) => this.#redis.classic.psubscribeIfPermitted(pattern, this.#hear)),
    );
    this.#hears = !heard.includes(false);
    if (!this.#hears)
      this.#unseen.add('messages, sockets and rooms: PSUBSCRIBE is not permitted, or not to these patterns');
  }

  readonly #hear = (payload: Buffer, name: Buffer): void => {
    const channel = name.toString();
    if (this.#inbox.isOurs(payload)) this.#inbox.take(payload);
    else if (!this.#isForNobody(payload, channel)) this.#traffic.count(channel);
  };

  /** Whether a message is neither one node's to another, nor of interest to anybody. */
  #isForNobody(payload: Buffer, channel: string): boolean {
    // what a watchdog sends to itself
    if (!channel.endsWith('#')) return true;
    // what published nodes say to a request in another dialect has no id; the inspection must not count what it causes
    return channel.startsWith(`${this.#settings.prefix}-response#`) && !payload.includes('request');
  }

  /**
   * Finds out which nodes there are, and what they have.
   *
   * @throws {InspectError} when Redis does not let this user look
   */
  async survey(): Promise<void> {
    const { classic, sharded } = this.#redis;
    const { prefix } = this.#settings;
    const seen = [...(await permitted(lookAtClassic(classic, prefix))), ...(await this.#lookAtSharded(sharded))];
    const { passive } = this.#settings;
    if (seen.length > MOST_ASKED && !passive) {
      this.#unseen.add(`the sockets and rooms of all but ${MOST_ASKED} namespaces: more are not asked`);
    }
    this.#namespaces = await Promise.all(
      seen.map(async (namespace, i) => {
        const nodes = passive || i >= MOST_ASKED ? undefined : await this.#ask(namespace);
        const { connections, nodes: known } = namespace;
        return { ...namespace, nodes: nodes ?? [...known, ...silent(connections - known.length)] };
      }),
    );
  }

  /** What the last survey found, and the messages since the last report. */
  report(): Report {
    const { server } = this.#redis;
    return {
      time: new Date().toISOString(),
      key: this.#settings.prefix,
      redis: server ?? null,
      namespaces: this.#namespaces,
      traffic: this.#traffic.read(),
      unseen: [...this.#unseen],
    };
  }

  async #lookAtSharded(pubSub: PubSub): Promise<NamespaceReport[]> {
    try {
      const seen = await lookAtSharded(pubSub, this.#settings.prefix);
      if (seen.length > 0) {
        this.#unseen.add('messages of sharded Pub/Sub: who hears them counts as a node');
      }
      return seen;
    } catch (error) {
      if (!isForbidden(error)) throw error;
      // Redis 6 has none
      if (/^NOPERM/.test((error as Error).message)) this.#unseen.add('sharded Pub/Sub: PUBSUB is not permitted for it');
      return [];
    }
  }

  /** @returns undefined when it is not permitted */
  async #ask(namespace: NamespaceReport): Promise<NodeReport[] | undefined> {
    const { classic, sharded } = this.#redis;
    const { prefix } = this.#settings;
    const isSharded = namespace.pubSub === 'sharded';
    if (!isSharded && !this.#hears) return undefined;
    const [ask, pubSub] = isSharded ? [askSharded, sharded] : [askClassic, classic];
    try {
      const nodes = await ask(pubSub, this.#inbox, prefix, namespace, ANSWERS_WITHIN_MS);
      if (!nodes) this.#unseen.add('sockets and rooms over sharded Pub/Sub: SSUBSCRIBE is not permitted');
      return nodes;
    } catch (error) {
      if (!isForbidden(error)) throw error;
      this.#unseen.add(`sockets and rooms: ${isSharded ? 'SPUBLISH' : 'PUBLISH'} is not permitted`);
      return undefined;
    }
  }
}

async function permitted<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const { message } = error as Error;
    throw new InspectError(
      `Redis does not let this user look (${message}): the user needs +pubsub|channels and +pubsub|numsub, see the README`,
    );
  }
}
