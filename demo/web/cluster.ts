import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../tools/free-port';
import type { RedisServer } from '../../tools/redis-server';
import { NodeProcess } from '../node-process';
import type { ServerKind } from '../protocol';
import { HOST } from './http';
import type { ClusterState, NodeSettings, WebNodeProcess } from './protocol';
import { Switch } from './switch';

const NODES: readonly { name: string; kind: ServerKind }[] = [
  { name: 'A', kind: 'Socket.IO 2' },
  { name: 'B', kind: 'Socket.IO 4' },
  { name: 'C', kind: 'Socket.IO 4' },
];

export interface ClusterSettings {
  redisUrl: string;
  key: string;
  overviewPort: number;
  /** The Redis to be stopped and started here; undefined when it is somebody else's. */
  redis: RedisServer | undefined;
}

/** The nodes and their Redis. Emits `change` with what has become of them, and `trouble` with what goes wrong. */
export class Cluster extends EventEmitter<{ change: [ClusterState]; trouble: [Error] }> {
  readonly #nodes: ChatNode[];
  readonly #redis: Switch | undefined;

  private constructor({ redis, ...settings }: ClusterSettings, ports: readonly number[]) {
    super();
    // each page that is open has one
    this.setMaxListeners(0);
    const onChange = () => this.emit('change', this.state);
    const onError = (error: Error) => this.emit('trouble', error);
    this.#nodes = NODES.map((node, i) => {
      return new ChatNode({ ...node, ...settings, port: ports[i] as number }, onChange, onError);
    });
    this.#redis = redis && new Switch({ start: () => redis.start(), stop: () => redis.kill() }, onChange);
  }

  /** Finds a port for each node. */
  static async prepare(settings: ClusterSettings): Promise<Cluster> {
    return new Cluster(settings, await Promise.all(NODES.map(() => freePort())));
  }

  /** Returns when all nodes listen, whether or not they hear each other already. */
  async start(): Promise<void> {
    await Promise.all([this.#redis?.start(), ...this.#nodes.map(({ power }) => power.start())]);
  }

  get state(): ClusterState {
    return {
      nodes: this.#nodes.map((node) => node.state),
      redis: { running: this.#redis?.running ?? true, own: this.#redis !== undefined },
    };
  }

  /** What starts and stops the node of this name, or `redis`; undefined when there is nothing of the kind. */
  power(name: string): Switch | undefined {
    return name === 'redis' ? this.#redis : this.#nodes.find(({ state }) => state.name === name)?.power;
  }

  /** Ends the nodes. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#nodes.map(({ power }) => power.stop()));
  }
}

/** A node: its process is another one each time it is started, its port remains. */
class ChatNode {
  readonly power: Switch;
  #process: NodeProcess<WebNodeProcess> | undefined;

  constructor(
    private readonly settings: NodeSettings,
    onChange: () => void,
    private readonly onError: (error: Error) => void,
  ) {
    this.power = new Switch({ start: () => this.#start(), stop: () => this.#stop() }, onChange);
  }

  get state(): ClusterState['nodes'][number] {
    const { name, kind, port } = this.settings;
    return { name, kind, url: `http://${HOST}:${port}`, running: this.power.running, pid: this.#process?.pid };
  }

  async #start(): Promise<void> {
    const onError = (error: Error) => this.onError(new Error(`node ${this.settings.name}: ${error.message}`));
    const process = new NodeProcess<WebNodeProcess>(join(__dirname, 'node.js'), onError);
    this.#process = process;
    process.gone.then(() => {
      if (this.#process !== process) return;
      this.#process = undefined;
      this.power.failed();
    });
    try {
      await process.call('start', this.settings);
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  async #stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.stop();
  }
}
