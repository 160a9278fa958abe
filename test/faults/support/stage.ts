import { type RedisCluster, type RedisClusterOptions, startRedisCluster } from '../../../tools/redis-cluster';
import { type RedisSentinel, startRedisSentinel } from '../../../tools/redis-sentinel';
import { type RedisOptions, type RedisServer, startRedis } from '../../../tools/redis-server';
import type { Topology } from '../../support/redis-clients';
import { type Target, targetOf } from '../../support/redis-target';
import { type Death, NodeProcess } from './node-process';
import type { NodeSettings } from './node-program';
import { Receiver } from './receiver';
import { isOurs, type Subject } from './subjects';

type Redis = RedisServer | RedisCluster | RedisSentinel;

/** Where a fault takes place: whatever it starts here ends with it. */
export class Stage {
  readonly #ends: (() => unknown)[] = [];
  readonly #nodes: NodeProcess[] = [];

  constructor(readonly subject: Subject) {}

  async redis(options: RedisOptions = {}): Promise<RedisServer> {
    return this.#ended(await startRedis(options), (redis) => {
      redis.thaw();
      return redis.stop();
    });
  }

  async cluster(options?: RedisClusterOptions): Promise<RedisCluster> {
    return this.#ended(await startRedisCluster(options), (cluster) => cluster.stop());
  }

  async sentinel(): Promise<RedisSentinel> {
    return this.#ended(await startRedisSentinel(), (sentinel) => sentinel.stop());
  }

  /**
   * Starts servers of the subject, each in a process of its own: `a`, `b`, `c` … Nobody listens to errors with ours, while the
   * published adapters get the listeners that they ask for.
   */
  nodes(count: number, redis: Redis | Target, settings: Partial<NodeSettings> = {}): Promise<NodeProcess[]> {
    return Promise.all(Array.from({ length: count }, () => this.node(redis, settings)));
  }

  async node(redis: Redis | Target, settings: Partial<NodeSettings> = {}): Promise<NodeProcess> {
    const name = String.fromCharCode('a'.charCodeAt(0) + this.#started++);
    const { subject } = this;
    const topology = topologyOf(redis);
    const target = 'stop' in redis ? targetOf(redis) : redis;
    const node = await NodeProcess.start({
      name,
      subject,
      topology,
      target,
      options: {},
      wait: true,
      errorListeners: !isOurs(subject),
      servers: 1,
      ...settings,
    });
    this.#nodes.push(node);
    return this.#ended(node, () => node.kill());
  }
  #started = 0;

  /** Connects a client to a server. */
  async client({ url }: { url: string }): Promise<Receiver> {
    return this.#ended(await Receiver.connect(this.subject.generation, url), (client) => client.close());
  }

  /** Calls a function at the end; what was last started is ended first. */
  onEnd(end: () => unknown): void {
    this.#ends.unshift(end);
  }

  /** The processes that have ended by themselves. */
  get deaths(): Death[] {
    return this.#nodes.flatMap(({ death }) => death ?? []);
  }

  async end(): Promise<void> {
    for (const end of this.#ends) await end();
  }

  #ended<T>(thing: T, end: (thing: T) => unknown): T {
    this.onEnd(() => end(thing));
    return thing;
  }
}

function topologyOf(redis: Redis | Target): Topology {
  if ('sentinels' in redis || 'name' in redis) return 'sentinel';
  return 'masters' in redis ? 'cluster' : 'standalone';
}
