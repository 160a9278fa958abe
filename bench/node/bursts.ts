import { setTimeout as delay } from 'node:timers/promises';
import type { ClientPair } from '../clients';

/** How many messages a node sends at once, before it looks at anything else. */
const BURST = 50;

/** For the messages that the node gets back itself, in ms. */
const ECHO = 20;

/** Publishes in bursts, each of which begins when Redis has answered the one before. @returns how many messages */
export async function publishBursts(clients: ClientPair, milliseconds: number, publish: (i: number) => void) {
  const end = performance.now() + milliseconds;
  let sent = 0;
  while (performance.now() < end) {
    for (let i = 0; i < BURST; i++) publish(sent + i);
    sent += BURST;
    await clients.published();
  }
  await delay(ECHO);
  return sent;
}
