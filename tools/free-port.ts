import { once } from 'node:events';
import { createServer } from 'node:net';

/** Above the last of the ports that `fetch()` refuses to connect to. */
const LOWEST = 10_081;
/**
 * Below the ports that operating systems give to outgoing connections (from 32 768 on Linux): there, a client that
 * reconnects to a stopped server may take the server's port, or even connect to itself.
 */
const HIGHEST = 32_767;

/** A Redis Cluster node talks to the others at its port plus this. */
const BUS_OFFSET = 10_000;

const ATTEMPTS = 200;

const taken = new Set<number>();

/** What `freePort` has to look for. */
export interface FreePortOptions {
  /** Is the port of a Redis Cluster node, so that port + 10 000 has to be free as well? Default: `false`. */
  clusterBus?: boolean;
}

/**
 * A loopback port that is free now, and that this process was not given before. Another process may still take it
 * before it is used: whoever listens on it has to try another one then.
 *
 * @throws Error when no free port is found.
 */
export async function freePort({ clusterBus = false }: FreePortOptions = {}): Promise<number> {
  const highest = clusterBus ? HIGHEST - BUS_OFFSET : HIGHEST;

  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (highest - LOWEST + 1));
    const ports = clusterBus ? [port, port + BUS_OFFSET] : [port];
    if (ports.some((port) => taken.has(port))) continue;

    for (const port of ports) taken.add(port);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return port;
  }
  throw new Error(`Found no free port on 127.0.0.1 between ${LOWEST} and ${highest}`);
}

/** Can this process listen on `port` of the loopback interface now? */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
