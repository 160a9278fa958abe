import { messageOf } from '../message-of';

/** What ends the inspection, said so that a person at a terminal knows what to do. */
export class InspectError extends Error {}

/** What a Redis client's error means to the person who gave the uri. */
export function explain(error: unknown, address: string): InspectError {
  if (error instanceof InspectError) return error;
  const message = messageOf(error);
  return new InspectError(`${complaint(message, address)}: ${message}`);
}

function complaint(message: string, address: string): string {
  if (/^(WRONGPASS|ERR invalid password|ERR AUTH)/.test(message)) return `The Redis at ${address} refused the password`;
  if (/^NOAUTH/.test(message)) return `The Redis at ${address} wants a password, as in redis://:password@host:port`;
  if (/^NOPERM/.test(message)) return `The Redis at ${address} does not permit this user what inspect needs`;
  if (/^ERR/.test(message)) return `The Redis at ${address} did not understand a command`;
  return `There is no Redis to talk to at ${address}`;
}
