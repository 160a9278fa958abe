/** Where and how to connect, already checked. */
export interface ConnectionSettings {
  host: string;
  port: number;
  /** A Unix socket, instead of host and port. */
  path?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  database?: number | undefined;
  /** Options for `tls.connect()`; undefined for a plain connection. */
  tls?: object | undefined;
  /** 4 or 6: the only family of addresses to use. */
  family?: number | undefined;
  /** For one attempt, in milliseconds. */
  connectTimeout?: number | undefined;
  /** Milliseconds until the next attempt; false or an error to give up. */
  reconnectStrategy?: ((retries: number, cause: Error) => number | false | Error) | undefined;
  keepAlive?: boolean | undefined;
}

/** A client of redis 6 that connects by itself, again and again, and does not keep the process alive. */
export function connectClient(settings: ConnectionSettings) {
  // for who brings clients of their own, it need not be loaded
  const { createClient } = require('redis') as typeof import('redis');
  const { username, password, database } = settings;
  const client = createClient({
    ...defined({ username, password, database }),
    // without HELLO, which Redis knows from 6.0 on only; two clients need nothing of RESP3
    RESP: 2,
    socket: socketOptions(settings),
  });
  // a server is kept alive by its HTTP server; an adapter alone has nothing to wait for
  client.unref();
  // its failure is told by the `error` event as well
  client.connect().catch(() => undefined);
  return client;
}

/** How redis 6 connects, with reconnecting. */
export function socketOptions(settings: ConnectionSettings) {
  const { host, port, path, family, connectTimeout, keepAlive, tls } = settings;
  const common = defined({
    connectTimeout,
    keepAlive,
    reconnectStrategy: settings.reconnectStrategy ?? backoff,
  });
  if (path !== undefined) return { ...common, path };
  const tcp = { ...common, ...defined({ family }), host, port };
  return tls ? { ...tcp, ...tls, tls: true as const } : tcp;
}

/** Quick enough to be back within a second of Redis, with some chance in it, since all servers come back at once. */
function backoff(retries: number): number {
  return Math.min(50 * 2 ** retries, 500) * (0.75 + Math.random() / 4);
}

/** Without the properties that are undefined: redis takes those as given. */
function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
