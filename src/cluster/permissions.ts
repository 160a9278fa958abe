import { RedisPermissionError } from '../errors';
import { type FailedCommand, isForbidden } from '../redis/pub-sub';

const ADVICE: Record<FailedCommand | 'pubsub' | 'spublish' | 'ssubscribe', string> = {
  publish: 'other nodes get nothing from this one until the user may PUBLISH to the channels of the adapter',
  subscribe:
    'this node hears nothing from others until the user may SUBSCRIBE to the channels of the adapter (in an ACL: "&", the ' +
    'option "key" and "*"); the option subscriptionMode "static" needs the fewest channels',
  psubscribe:
    'this node hears no broadcast until the user may PSUBSCRIBE to the patterns of the adapter; or set the option ' +
    'subscriptionMode to "dynamic", which needs no patterns',
  ssubscribe: 'sharded Pub/Sub needs Redis 7 or later, and a user who may SSUBSCRIBE; createAdapter() does without',
  spublish: 'sharded Pub/Sub needs Redis 7 or later, and a user who may SPUBLISH; createAdapter() does without',
  pubsub: 'requests now wait just for the nodes of this package, known by name; published adapters are not waited for',
};

/** ioredis fails everything that waits with what was wrong with its own INFO: nothing was refused of what the adapter sent. */
function isOfReadyCheck({ message }: Error): boolean {
  return /^ERR unknown command .?info\b/i.test(message);
}

/** An error of Redis as the user is to see it: when something is not permitted, it says what to do. */
export function explain(error: Error, failed: FailedCommand | 'pubsub' | undefined, sharded: boolean): Error {
  if (failed === undefined || !isForbidden(error) || isOfReadyCheck(error)) return error;
  const command = sharded && (failed === 'publish' || failed === 'subscribe') ? (`s${failed}` as const) : failed;
  return new RedisPermissionError(command.toUpperCase(), ADVICE[command], error);
}
