import type { Publisher } from './driver';

/**
 * Publishes in turns: what comes while messages are on their way waits until all of these have arrived, or failed. For clients that
 * try each command again by itself, where a later message would overtake an earlier one.
 */
export function inTurns(publish: Publisher['publish']): Publisher['publish'] {
  let underway = 0;
  let waiting: (() => unknown)[] = [];

  function next(): void {
    const turn = waiting;
    waiting = [];
    for (const start of turn) start();
  }

  return (channel, payload) =>
    new Promise((resolve, reject) => {
      waiting.push(async () => {
        underway += 1;
        try {
          resolve(await publish(channel, payload));
        } catch (error) {
          reject(error);
        }
        underway -= 1;
        if (underway === 0) next();
      });
      if (underway === 0) next();
    });
}
