import redisAdapter from './index.js';

// the very objects that `require()` gives: there is one implementation
export default redisAdapter;
export const {
  createAdapter,
  createShardedAdapter,
  RedisAdapter,
  SocketIoRedisError,
  InvalidOptionError,
  UnsupportedClientError,
  UnsupportedSocketIoError,
  RequestTimeoutError,
  UnknownSocketError,
  RemoteNodeError,
  ConnectionStateRecoveryError,
  RequestFailedError,
  RedisPermissionError,
  ShardedPubSubError,
  SubscriptionLimitError,
  PublishQueueFullError,
  TooManyRequestsError,
  AdapterClosedError,
  UnsendableValueError,
} = redisAdapter;

export type RedisAdapter = redisAdapter.RedisAdapter;
export type SocketIoRedisError = redisAdapter.SocketIoRedisError;
export type InvalidOptionError = redisAdapter.InvalidOptionError;
export type UnsupportedClientError = redisAdapter.UnsupportedClientError;
export type UnsupportedSocketIoError = redisAdapter.UnsupportedSocketIoError;
export type RequestTimeoutError = redisAdapter.RequestTimeoutError;
export type UnknownSocketError = redisAdapter.UnknownSocketError;
export type RemoteNodeError = redisAdapter.RemoteNodeError;
export type ConnectionStateRecoveryError = redisAdapter.ConnectionStateRecoveryError;
export type RequestFailedError = redisAdapter.RequestFailedError;
export type RedisPermissionError = redisAdapter.RedisPermissionError;
export type ShardedPubSubError = redisAdapter.ShardedPubSubError;
export type SubscriptionLimitError = redisAdapter.SubscriptionLimitError;
export type PublishQueueFullError = redisAdapter.PublishQueueFullError;
export type TooManyRequestsError = redisAdapter.TooManyRequestsError;
export type AdapterClosedError = redisAdapter.AdapterClosedError;
export type UnsendableValueError = redisAdapter.UnsendableValueError;
export type {
  AdapterFactory,
  AdapterHealth,
  AdapterStats,
  CustomHook,
  Degraded,
  RedisAdapter2,
  RedisAdapterOptions,
  RedisApi,
  RedisClient,
  Restored,
  ShardedAdapterOptions,
  SocketDetails,
  SocketFilter,
  WatchdogOptions,
} from './index.js';
