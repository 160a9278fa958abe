import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, extname, join } from 'node:path';

export const HOST = '127.0.0.1';

const PUBLIC = join(dirname(require.resolve('socket.io-redis/package.json')), 'demo/web/public');

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The origins of the pages at a port of this machine. */
export function originsOf(port: number): string[] {
  return [HOST, 'localhost'].map((name) => `http://${name}:${port}`);
}

/** Was it sent to this machine by a name of its own? What a foreign name has led here, a foreign page may read. */
export function isLocal({ headers }: IncomingMessage, port: number): boolean {
  return originsOf(port).includes(`http://${headers.host}`);
}

/** Answers with a file of the pages. */
export async function sendFile(response: ServerResponse, name: string, scriptOrigins: string[] = []): Promise<void> {
  const body = await readFile(join(PUBLIC, name));
  const connect = scriptOrigins.flatMap((origin) => [origin, origin.replace('http:', 'ws:')]);
  response.writeHead(200, {
    'content-type': TYPES[extname(name)],
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': [
      "default-src 'self'",
      `script-src ${["'self'", ...scriptOrigins].join(' ')}`,
      `connect-src ${["'self'", ...connect].join(' ')}`,
      "frame-ancestors 'none'",
    ].join('; '),
  });
  response.end(body);
}

export function sendError(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}
