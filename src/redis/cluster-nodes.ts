export interface Address {
  host: string;
  port: number;
}

export interface NodeOfCluster extends Address {
  isReplica: boolean;
  /** `host:port`, with its IP address and with its name if it has one: CLUSTER SLOTS, which clients go by, gives either. */
  names: string[];
}

/** What one node of a Cluster knows of all of them. */
export interface ClusterView {
  /** Those that answer, as far as it knows. */
  readonly healthy: readonly NodeOfCluster[];
  /** What those are called that the Cluster has given up: most of its masters agreed that they are away. */
  readonly givenUp: ReadonlySet<string>;
}

/** Reads CLUSTER NODES: `id host:port@bus[,hostname] flags …`, a line each. */
export function readView(nodes: string): ClusterView {
  const healthy: NodeOfCluster[] = [];
  const givenUp = new Set<string>();
  for (const line of nodes.split('\n')) {
    const [, address = '', flags = ''] = line.split(' ');
    const [, host, port, hostname] = /^(.*):(\d+)(?:@\d+)?(?:,([^,]*))?/.exec(address) ?? [];
    if (!host) continue;
    const names = [host, hostname].filter(Boolean).map((name) => `${name}:${port}`);
    if (flags.split(',').includes('fail')) for (const name of names) givenUp.add(name);
    // one that may have failed, by its own opinion alone, among others
    if (/fail|noaddr|handshake/.test(flags)) continue;
    healthy.push({ host, port: Number(port), isReplica: /slave|replica/.test(flags), names });
  }
  return { healthy, givenUp };
}

/**
 * One that hangs keeps its connections, and never answers.
 *
 * @returns the reply of a node, or nothing once the Cluster has given it up: then nobody hears through it
 */
export function unlessGivenUp<T>(reply: Promise<T>, name: string, seen: Promise<ClusterView>): Promise<T[]> {
  const replies = reply.then((reply) => [reply]);
  return Promise.race([replies, seen.then(({ givenUp }) => (givenUp.has(name) ? [] : replies))]);
}
