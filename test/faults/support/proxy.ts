import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  client: Socket;
  server: Socket;
}

/** A TCP proxy on the loopback interface that can make connections go silent, as a NAT or a firewall does that forgot them. */
export class SilencingProxy {
  readonly host = '127.0.0.1';
  readonly #pairs = new Set<Pair>();
  /** What is to be done for new connections later on; undefined when it is done at once. */
  #held: (() => void)[] | undefined;

  private constructor(
    readonly port: number,
    private readonly listener: Server,
  ) {}

  static async start(to: { host: string; port: number }): Promise<SilencingProxy> {
    const listener = createServer();
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const proxy = new SilencingProxy((listener.address() as AddressInfo).port, listener);
    listener.on('connection', (client) => proxy.#join({ client, server: connect(to) }));
    return proxy;
  }

  #join(pair: Pair): void {
    const { client, server } = pair;
    this.#pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const begin = () => from.pipe(to);
      if (this.#held) this.#held.push(begin);
      else begin();
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  /** From now on, what the server says on the connections of now gets nowhere. They stay open; new ones work. */
  swallow(): void {
    for (const { client, server } of this.#pairs) {
      server.unpipe(client);
      server.resume();
    }
  }

  /** Ends the connections of now. */
  cut(): void {
    for (const { client, server } of this.#pairs) for (const socket of [client, server]) socket.destroy();
  }

  /** How many connections are open. */
  get size(): number {
    return this.#pairs.size;
  }

  /** From now on, new connections are accepted and stay silent, until `release()`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    for (const begin of this.#held ?? []) begin();
    this.#held = undefined;
  }

  async close(): Promise<void> {
    this.cut();
    this.listener.close();
    await once(this.listener, 'close');
  }
}
