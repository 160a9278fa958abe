/** The releases that brought no types of their own: what the table of clients calls, and no more. */

declare module 'redis-2' {
  import type { EventEmitter } from 'node:events';

  interface RedisClient extends EventEmitter {
    duplicate(): RedisClient;
    end(flush: boolean): void;
  }
  interface ClientOptions {
    host: string;
    port: number;
    user?: string;
    password?: string;
    tls?: { ca: string };
  }
  export function createClient(options: ClientOptions): RedisClient;
}

declare module 'redis-3' {
  export * from 'redis-2';
}

declare module 'ioredis-4' {
  import type { EventEmitter } from 'node:events';

  class Redis extends EventEmitter {
    constructor(options: object);
    duplicate(): Redis;
    disconnect(): void;
  }
  namespace Redis {
    class Cluster extends EventEmitter {
      constructor(nodes: { host: string; port: number }[], options: object);
      duplicate(): Cluster;
      disconnect(): void;
    }
  }
  export = Redis;
}
