import { once } from 'node:events';
import type { Server } from 'node:http';
import { HOST } from './http';

const HIGHEST = 65_535;

/**
 * Makes a server listen at the port, or at the next one that is free.
 *
 * @param serverFor - makes the server for a port
 */
export async function listenFrom(port: number, serverFor: (port: number) => Server): Promise<[Server, number]> {
  for (let next = port; next <= HIGHEST; next++) {
    const server = serverFor(next);
    try {
      await once(server.listen(next, HOST), 'listening');
      return [server, next];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`No port from ${port} on is free`);
}
