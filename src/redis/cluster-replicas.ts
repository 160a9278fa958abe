export interface Address {
  host: string;
  port: number;
}

/** Reads the healthy replicas off CLUSTER NODES: `id host:port@bus[,hostname] flags …`, a line each. */
export function readReplicas(nodes: string): Address[] {
  return nodes.split('\n').flatMap((line) => {
    const [, address = '', flags = ''] = line.split(' ');
    const [, host, port] = /^(.*):(\d+)(?:@|$)/.exec(address) ?? [];
    return host && /slave|replica/.test(flags) && !/fail|noaddr|handshake/.test(flags)
      ? [{ host, port: Number(port) }]
      : [];
  });
}
