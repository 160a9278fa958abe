import type { RedisClient } from '../redis/pub-sub';
import { EmitterConnection } from './connection';
import { NamespaceEmitter } from './namespace-emitter';
import { type EmitterOptions, readEmitterSettings } from './options';
import type { AnyEvents } from './typed-events';

/**
 * Emits to the clients of Socket.IO servers, and asks these servers, from a process that has none. It is no node: nobody counts it
 * or waits for it. Until it asks for something, it only publishes.
 */
export class Emitter<
  EmitEvents extends object = AnyEvents,
  ServerSideEvents extends object = AnyEvents,
> extends NamespaceEmitter<EmitEvents, ServerSideEvents> {
  /**
   * @param client - publishes: redis 2.8 to 6 or ioredis 4 to 6, Cluster and Sentinel included, connected by you; for the sharded
   * adapter redis 4.6 to 6 or ioredis 5.3 to 6
   * @param nsp - the namespace's name; default `/`
   * @throws {InvalidOptionError} when an option is not what it must be
   * @throws {UnsupportedClientError} when a client is of an unknown kind
   * @throws {ShardedPubSubError} when a client cannot do sharded Pub/Sub
   */
  constructor(client: RedisClient, options?: EmitterOptions | null, nsp = '/') {
    super(new EmitterConnection(readEmitterSettings(client, options)), nsp);
  }
}
