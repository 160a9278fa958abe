import type { EventEmitter } from 'node:events';

/** A connection of redis 4 on which a Cluster hears sharded channels, as the Cluster itself uses it. */
export interface NoticedConnection extends EventEmitter {
  SSUBSCRIBE(...args: unknown[]): unknown;
  SUNSUBSCRIBE(...args: unknown[]): unknown;
  ping(): Promise<unknown>;
}

/**
 * Redis 4 takes the notice that a slot has moved for an answer to the command that is under way. The answer itself then belongs to
 * none, and the error that this makes ends the process: nobody can catch it. So each command is sent behind a PING, which a notice
 * does no harm to. Redis reads the two at once, and so no notice comes between their answers.
 */
export function shieldFromNotices(connection: NoticedConnection): void {
  const { SSUBSCRIBE, SUNSUBSCRIBE } = connection;
  const behindPing =
    (command: NoticedConnection['SSUBSCRIBE']) =>
    (...args: unknown[]) => {
      // when the connection goes, the command tells
      connection.ping().catch(() => {});
      return command.apply(connection, args);
    };
  connection.SSUBSCRIBE = behindPing(SSUBSCRIBE);
  connection.SUNSUBSCRIBE = behindPing(SUNSUBSCRIBE);
}
