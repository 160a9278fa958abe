export {
  AdapterClosedError,
  InvalidOptionError,
  PublishQueueFullError,
  RedisPermissionError,
  RemoteNodeError,
  RequestFailedError,
  RequestTimeoutError,
  ShardedPubSubError,
  SocketIoRedisError,
  TooManyRequestsError,
  UnsendableValueError,
  UnsupportedClientError,
} from '../errors';
export type { RedisClient } from '../redis/pub-sub';
export type { SocketDetails } from '../wire/messages';
export { BroadcastOperator, RESERVED_EVENTS } from './broadcast-operator';
export { Emitter } from './emitter';
export { NamespaceEmitter } from './namespace-emitter';
export type { EmitterOptions } from './options';
export type { AnswersCallback, AnyEvents } from './typed-events';
