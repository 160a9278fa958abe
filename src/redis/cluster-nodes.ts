export interface Address {
  host: string;
  port: number;
}

export interface NodeOfCluster extends Address {
  isReplica: boolean;
  /** `host:port`, with its IP address and with its name if it has one: CLUSTER SLOTS, which clients go by, gives either. */
  names: string[];
}

/** Reads the healthy nodes off CLUSTER NODES: `id host:port@bus[,hostname] flags …`, a line each. */
export function readNodes(nodes: string): NodeOfCluster[] {
  return nodes.split('\n').flatMap((line) => {
    const [, address = '', flags = ''] = line.split(' ');
    const [, host, port, hostname] = /^(.*):(\d+)(?:@\d+)?(?:,([^,]*))?/.exec(address) ?? [];
    if (!host || /fail|noaddr|handshake/.test(flags)) return [];
    const names = [host, hostname].filter(Boolean).map((name) => `${name}:${port}`);
    return [{ host, port: Number(port), isReplica: /slave|replica/.test(flags), names }];
  });
}
