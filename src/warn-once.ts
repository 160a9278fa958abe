import { messageOf } from './message-of';

/**
 * Shows the first error of many as a warning of the process.
 *
 * @param why - why it comes here
 */
export function warnOnce(why: string): (error: Error) => void {
  let warned = false;
  return (error) => {
    if (warned) return;
    warned = true;
    process.emitWarning(`socket.io-redis: ${messageOf(error)} (${why}, so further errors are not shown)`, {
      type: 'SocketIoRedisWarning',
      code: 'SOCKET_IO_REDIS_ERROR',
    });
  };
}
