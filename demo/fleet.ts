import { join } from 'node:path';
import { DemoClient } from './client';
import { NodeProcess } from './node-process';
import type { DemoServer, ServerKind, ServerProcess, ServerSettings } from './protocol';

/** A node to be started, and the client that is to connect to it. */
export interface Role {
  kind: ServerKind;
  node: string;
  client: string;
}

/** A server in a process of its own, and its client in this one. */
export interface FleetNode extends DemoServer {
  name: string;
  kind: ServerKind;
  pid: number | undefined;
  client: DemoClient;
}

/** The nodes, from their start to their end. */
export class Fleet {
  readonly #processes = new Map<string, NodeProcess<ServerProcess>>();
  readonly #clients: DemoClient[] = [];

  /** @param onError - is told what goes wrong with a node by itself */
  constructor(private readonly onError: (error: Error) => void) {}

  /** Starts all nodes at once, and returns when all of them hear each other and have their clients. */
  start(roles: readonly Role[], redis: Omit<ServerSettings, 'kind'>): Promise<FleetNode[]> {
    return Promise.all(roles.map((role) => naming(role.node, this.#startNode(role, redis))));
  }

  async #startNode(role: Role, redis: Omit<ServerSettings, 'kind'>): Promise<FleetNode> {
    const { kind, node: name } = role;
    const process = new NodeProcess<ServerProcess>(join(__dirname, 'server.js'), (error) =>
      this.onError(named(name, error)),
    );
    this.#processes.set(name, process);
    const url = await process.call('start', { kind, ...redis });
    const client = await DemoClient.connect(role.client, kind, url);
    this.#clients.push(client);
    return {
      name,
      kind,
      pid: process.pid,
      client,
      emit: (...args) => naming(name, process.call('emit', ...args)),
      clients: (...args) => naming(name, process.call('clients', ...args)),
      remoteJoin: (...args) => naming(name, process.call('remoteJoin', ...args)),
    };
  }

  /**
   * Returns when all processes are gone, however far they have come. Can be called again.
   *
   * @throws Error when one of them had to be killed
   */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    const stops = [...this.#processes].map(([name, process]) => naming(name, process.stop()));
    await Promise.allSettled(stops);
    await Promise.all(stops);
  }
}

async function naming<T>(node: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw named(node, error);
  }
}

function named(node: string, cause: unknown): Error {
  return new Error(`${node}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
