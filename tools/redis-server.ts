import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { atExit, OwnChildProcess } from './child-process.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { findRedisServer } from './redis-binary.js';
import { redisCommand } from './redis-command.js';

const HOST = '127.0.0.1';

/** Milliseconds until a server that has started must answer. */
const READY_WITHIN = 15_000;

const START_ATTEMPTS = 10;
const PORT_TAKEN = /Address already in use|Failed listening on port/;

/** How `startRedis` starts a server. */
export interface RedisOptions {
  /** A fixed port. Default: a free one. */
  port?: number;
  /** The password of the `default` user. Default: none. */
  password?: string;
  /** Users, each as in redis.conf without the word `user`: `alice on >secret ~* &* +@all`. */
  acl?: readonly string[];
  /** Listens with TLS only, with the certificate of test/fixtures/tls. Default: `false`. */
  tls?: boolean;
  /** Further lines of redis.conf. */
  config?: readonly string[];
  /** What the process is. Default: `standalone`. */
  mode?: 'standalone' | 'cluster' | 'sentinel';
  /** Is told how Redis is being installed, when it has to be. */
  log?: (line: string) => void;
}

/**
 * Starts a Redis server on the loopback interface, without persistence, in a folder of its own, and waits until it
 * answers. It ends with this process at the latest.
 *
 * @throws Error with the server's log when it does not start, and when there is no Redis to start.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const binary = await findRedisServer(options.log);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort({ clusterBus: options.mode === 'cluster' }));
    const directory = await mkdtemp(join(tmpdir(), 'redis-test-'));
    const server = new RedisServer(binary, port, directory, options);
    try {
      await writeFile(join(directory, 'redis.conf'), configuration(port, directory, options));
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      // Another process was quicker to listen on this port.
      const again = options.port === undefined && attempt < START_ATTEMPTS && PORT_TAKEN.test(String(error));
      if (!again) throw error;
    }
  }
}

/** A Redis process that `startRedis` has started. */
export class RedisServer {
  readonly host = HOST;
  /** The password of the `default` user, if it has one. */
  readonly password: string | undefined;
  /** What a client has to trust; `undefined` when the server does not speak TLS. */
  readonly tls: { ca: string } | undefined;
  #process: OwnChildProcess | undefined;
  #stopping: Promise<void> | undefined;
  #forgetAtExit: () => void;

  constructor(
    private readonly binary: string,
    readonly port: number,
    /** Its working folder, removed by `stop()`. */
    readonly directory: string,
    private readonly options: RedisOptions,
  ) {
    this.password = options.password;
    this.tls = options.tls ? { ca: readFileSync(tlsFile('ca.crt'), 'utf8') } : undefined;
    this.#forgetAtExit = atExit(() => {
      this.#process?.signal('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    });
  }

  /** `redis://` or `rediss://`, with the password of the `default` user. */
  get url(): string {
    const credentials = this.password ? `:${encodeURIComponent(this.password)}@` : '';
    return `${this.tls ? 'rediss' : 'redis'}://${credentials}${this.host}:${this.port}`;
  }

  /** `undefined` when the process is not running. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the process, if it is not running, and waits until it answers. */
  async start(): Promise<void> {
    if (this.#stopping) throw new Error('This Redis server was stopped for good');
    if (this.#process) return;

    const mode = this.options.mode === 'sentinel' ? ['--sentinel'] : [];
    const started = new OwnChildProcess(this.binary, [join(this.directory, 'redis.conf'), ...mode]);
    this.#process = started;
    let gone = false;
    started.gone.then(() => {
      gone = true;
      if (this.#process === started) this.#process = undefined;
    });
    await eventually(async () => gone || (await this.#answers()), { within: READY_WITHIN, every: 10 });
    if (gone) throw new Error(`redis-server ended before it answered: ${started.output}`);
  }

  /** Is it up? Asked through a socket in its own folder, as its port may have become somebody else's. */
  async #answers(): Promise<boolean> {
    try {
      return (await redisCommand(this.#socket, ['PING'])) === 'PONG';
    } catch (error) {
      return String(error).includes('NOAUTH');
    }
  }

  get #socket(): string {
    return join(this.directory, 'redis.sock');
  }

  /**
   * Sends a command as the `default` user, past the network, and returns its reply as text.
   *
   * @throws Error with Redis's message when it replies with an error, or when it replies with a list.
   */
  command(...args: string[]): Promise<string> {
    return redisCommand(this.#socket, args, this.password);
  }

  /** Ends the process (SIGTERM, and SIGKILL after two seconds) and removes its folder. Can be called again. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      await this.#process?.end();
      await rm(this.directory, { recursive: true, force: true });
      this.#forgetAtExit();
    })();
    return this.#stopping;
  }

  /** Ends the process at once (SIGKILL) and waits until it is gone. `restart()` brings it back. */
  async kill(): Promise<void> {
    await this.#process?.end('SIGKILL');
  }

  /** Halts the process (SIGSTOP): its connections stay open, and silent. */
  freeze(): void {
    this.#process?.signal('SIGSTOP');
  }

  /** Lets a frozen process go on (SIGCONT). */
  thaw(): void {
    this.#process?.signal('SIGCONT');
  }

  /** Ends the process, if it is running, and starts it again with the same port and configuration. */
  async restart(): Promise<void> {
    await this.#process?.end();
    await this.start();
  }
}

/** The text of redis.conf. */
function configuration(port: number, directory: string, options: RedisOptions): string {
  const { password, acl = [], tls, config = [], mode } = options;
  const quoted = JSON.stringify;
  return [
    `bind ${HOST}`,
    ...(tls ? ['port 0', `tls-port ${port}`] : [`port ${port}`]),
    ...(tls ? [`tls-cert-file ${quoted(tlsFile('server.crt'))}`, `tls-key-file ${quoted(tlsFile('server.key'))}`] : []),
    ...(tls ? [`tls-ca-cert-file ${quoted(tlsFile('ca.crt'))}`, 'tls-auth-clients no'] : []),
    `dir ${quoted(directory)}`,
    `unixsocket ${quoted(join(directory, 'redis.sock'))}`,
    'save ""',
    'appendonly no',
    ...(mode === 'cluster' ? ['cluster-enabled yes'] : []),
    ...(password ? [`requirepass ${quoted(password)}`] : []),
    ...acl.map((user) => `user ${user}`),
    ...config,
    '',
  ].join('\n');
}

function tlsFile(name: string): string {
  return join(dirname(require.resolve('socket.io-redis/package.json')), 'test/fixtures/tls', name);
}
