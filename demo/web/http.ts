import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, extname, join } from 'node:path';

export const HOST = '127.0.0.1';

const PUBLIC = join(dirname(require.resolve('socket.io-redis/package.json')), 'demo/web/public');

/** The files of the folder that belong to every page, by the end of their names. */
const SHARED = /^\/([a-z-]+\.(?:css|mjs|svg))$/;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The origins of the pages at a port of this machine. */
export function originsOf(port: number): string[] {
  return [HOST, 'localhost'].map((name) => new URL(`http://${name}:${port}`).origin);
}

/** Was it sent to this machine by a name of its own? What a foreign name has led here, a foreign page may read. */
export function isLocal({ headers }: IncomingMessage, port: number): boolean {
  return originsOf(port).includes(`http://${headers.host}`);
}

export interface Page {
  /** Its name in the folder. */
  file: string;
  /** The path of the Socket.IO client, which is `/client.js` for pages. */
  client?: string;
  /** Whose scripts and connections it may have besides those of its own server. */
  origins?: readonly string[];
}

/** Answers with the page, for `/`, or with one of the files that pages use. */
export async function sendPublic(response: ServerResponse, path: string, page: Page): Promise<void> {
  const file = fileOf(path, page);
  const body = file && (await readFile(file).catch(ignoreMissing));
  if (!body) return sendError(response, 404, 'not found');
  response.writeHead(200, {
    'content-type': TYPES[extname(file)],
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': policy(page.origins ?? []),
  });
  response.end(body);
}

function fileOf(path: string, page: Page): string | undefined {
  if (path === '/client.js') return page.client;
  const name = path === '/' ? page.file : SHARED.exec(path)?.[1];
  return name && join(PUBLIC, name);
}

function policy(origins: readonly string[]): string {
  const webSockets = origins.map((origin) => origin.replace('http:', 'ws:'));
  return [
    "default-src 'self'",
    ["script-src 'self'", ...origins].join(' '),
    ["connect-src 'self'", ...origins, ...webSockets].join(' '),
    "frame-ancestors 'none'",
  ].join('; ');
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** The path that was asked for, without a query. */
export function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/\?.*/, '');
}

export function sendError(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}
