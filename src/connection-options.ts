import { InvalidOptionError } from './errors';
import type { ConnectionSettings } from './redis/connect';
import { warnOfUnknown } from './warn-of-unknown';

/**
 * Where and how the adapter connects when it is given no client. The names are those of node_redis 2 and 3, which
 * socket.io-redis 5.x passed its options on to; they are mapped on redis 6.
 */
export interface ConnectionOptions {
  /** Default `localhost`. */
  host?: string;
  /** 1 to 65535; default 6379. */
  port?: number | string;
  /** The path of a Unix socket, used instead of host and port. */
  path?: string;
  /** A uri, as the first argument takes it. */
  url?: string | URL;
  /** The ACL user (Redis 6 or later). */
  user?: string;
  /** The same as `user`. */
  username?: string;
  /** The password of the ACL user, or of the server. */
  password?: string;
  /** The same as `password`. */
  auth_pass?: string;
  /** The database to select, a whole number from 0 on. Pub/Sub is the same in all of them. */
  db?: number | string;
  /** The options of `tls.connect()`, or true for its defaults. */
  tls?: object | boolean;
  /** The only family of addresses to use: `IPv4` or 4, `IPv6` or 6. */
  family?: 'IPv4' | 'IPv6' | 4 | 6;
  /** How long one attempt to connect may take, in milliseconds; default 5000. */
  connect_timeout?: number;
  /** Whether TCP keep-alive is on; default true. */
  socket_keepalive?: boolean;
  /** Says how many milliseconds to wait before the next attempt to connect; anything but a number gives up. */
  retry_strategy?: (state: RetryState) => number | Error | undefined | null;
}

/** What node_redis tells a `retry_strategy`. */
export interface RetryState {
  /** The number of this attempt, from 1 on. */
  attempt: number;
  /** Why the connection was lost, or could not be made. */
  error: Error;
  /** Since the connection was lost, in milliseconds. */
  total_retry_time: number;
  /** How often the connection was made before. Always 0: redis 6 does not tell. */
  times_connected: number;
}

const OPTIONS: ReadonlySet<keyof ConnectionOptions> = new Set<keyof ConnectionOptions>([
  'host',
  'port',
  'path',
  'url',
  'user',
  'username',
  'password',
  'auth_pass',
  'db',
  'tls',
  'family',
  'connect_timeout',
  'socket_keepalive',
  'retry_strategy',
]);

export function isConnectionOption(name: string): boolean {
  return (OPTIONS as ReadonlySet<string>).has(name);
}

type Unchecked = Partial<Record<keyof ConnectionOptions, unknown>>;

/** @throws {InvalidOptionError} */
export function connectionSettings(uri: unknown, options: ConnectionOptions): ConnectionSettings {
  const fromUri = uri === undefined || uri === null ? readUri('url', options.url) : readUri('uri', uri);
  // as in node_redis, the uri wins, but a certificate cannot be given with it
  const certificate = options.tls === false ? undefined : options.tls;
  const merged: Unchecked = { ...defined(named(options)), ...fromUri, tls: certificate ?? fromUri.tls };
  return {
    host: readText('host', merged.host) ?? 'localhost',
    port: readWhole('port', merged.port, 1, 65535) ?? 6379,
    path: readText('path', merged.path),
    username: readText('user', merged.user) ?? readText('username', merged.username),
    password: readPassword('password', merged.password) ?? readPassword('auth_pass', merged.auth_pass),
    database: readWhole('db', merged.db, 0, 2 ** 31 - 1),
    tls: readTls(merged.tls),
    family: readFamily(merged.family),
    connectTimeout: readWhole('connect_timeout', merged.connect_timeout, 1, 2 ** 31 - 1),
    keepAlive: readBoolean('socket_keepalive', merged.socket_keepalive),
    reconnectStrategy: readRetryStrategy(merged.retry_strategy),
  };
}

/** Reads `localhost:6379`, `redis://user:password@host:port/db?option=value`, `rediss://…` or the path of a Unix socket. */
function readUri(option: string, uri: unknown): Unchecked {
  if (uri === undefined || uri === null || uri === '') return {};
  if (typeof uri === 'number' || /^\d+$/.test(String(uri))) return { port: uri };
  if (uri instanceof URL) return readUri(option, uri.href);
  if (typeof uri !== 'string') throw new InvalidOptionError(option, 'a string', uri);
  if (uri.startsWith('/')) return { path: uri };
  if (uri.startsWith('unix:')) return { path: uri.slice('unix:'.length).replace(/^\/\/(?=\/)/, '') };
  const url = parseUrl(option, uri);
  return {
    ...queryOptions(url),
    ...defined({
      host: unbracket(url.hostname) || undefined,
      port: url.port || undefined,
      user: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      db: url.pathname.slice(1) || undefined,
      tls: url.protocol === 'rediss:' ? true : undefined,
    }),
  };
}

function parseUrl(option: string, uri: string): URL {
  const expected = 'a uri such as localhost:6379 or redis://user:password@host:6379/0';
  // the message must not repeat a password
  const shown = uri.replace(/^([a-z+.-]+:\/\/)?.*@/i, '$1…@').replace(/\?.*/, '?…');
  const withScheme = /^[a-z][a-z+.-]*:\/\//i.test(uri) ? uri : `redis://${uri}`;
  if (!URL.canParse(withScheme)) throw new InvalidOptionError(option, expected, shown);
  const url = new URL(withScheme);
  const isRedis = url.protocol === 'redis:' || url.protocol === 'rediss:';
  if (!isRedis || isTorn(url) || !isDecodable(url.username) || !isDecodable(url.password))
    throw new InvalidOptionError(option, expected, shown);
  return url;
}

/** Whether a password that is not percent-encoded was taken apart: what stands after its `/`, `?` or `#` up to the host has an `@`. */
function isTorn({ username, password, pathname, search, hash }: URL): boolean {
  const names = search.replace(/=[^&]*/g, '');
  return `${pathname}${hash}${username || password ? search : names}`.includes('@');
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const BOOLEANS: ReadonlySet<string> = new Set<keyof ConnectionOptions>(['socket_keepalive', 'tls']);

function queryOptions(url: URL): Unchecked {
  const given = Object.fromEntries(url.searchParams);
  warnOfUnknown(given, isConnectionOption, 'uri?');
  const known = Object.entries(given).filter(([name]) => isConnectionOption(name));
  return Object.fromEntries(known.map(([name, value]) => [name, BOOLEANS.has(name) ? asBoolean(value) : value]));
}

function asBoolean(text: string): unknown {
  return text === 'true' ? true : text === 'false' ? false : text;
}

function unbracket(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function readText(option: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value === '')
    throw new InvalidOptionError(option, 'a string that is not empty', value);
  return value;
}

function readPassword(option: string, value: unknown): string | undefined {
  const password = typeof value === 'number' ? String(value) : value;
  if (password === undefined || password === null || typeof password === 'string') return password ?? undefined;
  // errors end up in logs
  throw new InvalidOptionError(option, 'a string', `(hidden: ${Array.isArray(value) ? 'array' : typeof value})`);
}

function readBoolean(option: string, value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw new InvalidOptionError(option, 'true or false', value);
  return value;
}

function readWhole(option: string, value: unknown, min: number, max: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < min || number > max) {
    throw new InvalidOptionError(option, `a whole number from ${min} to ${max}`, value);
  }
  return number;
}

function readTls(value: unknown): object | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  if (value === true) return {};
  if (typeof value !== 'object') throw new InvalidOptionError('tls', 'an object or true', value);
  return value;
}

const FAMILIES: ReadonlyMap<unknown, number> = new Map(
  [4, 6].flatMap((family) => [family, `${family}`, `IPv${family}`].map((name) => [name, family])),
);

function readFamily(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const family = FAMILIES.get(value);
  if (family === undefined) throw new InvalidOptionError('family', 'IPv4, IPv6, 4 or 6', value);
  return family;
}

function readRetryStrategy(value: unknown): ConnectionSettings['reconnectStrategy'] {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'function') throw new InvalidOptionError('retry_strategy', 'a function', value);
  const strategy = value as NonNullable<ConnectionOptions['retry_strategy']>;
  let lostAt = Date.now();
  return (retries, error) => {
    if (retries === 0) lostAt = Date.now();
    const total_retry_time = Date.now() - lostAt;
    const answer = strategy({ attempt: retries + 1, error, total_retry_time, times_connected: 0 });
    return typeof answer === 'number' || answer instanceof Error ? answer : false;
  };
}

/** Each by its name, since those of an instance may be its class's. */
function named(options: ConnectionOptions): Unchecked {
  return Object.fromEntries([...OPTIONS].map((name) => [name, options[name]]));
}

function defined(options: Unchecked): Unchecked {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
