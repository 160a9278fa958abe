/** What pages send is checked here: anybody can connect to a server. */

const LONGEST_TEXT = 500;
const LONGEST_NAME = 40;

/** What a page has sent is not what it must be. */
export class InputError extends Error {}

export function textOf(value: unknown): string {
  return shortString('a message', value, LONGEST_TEXT);
}

export function nameOf(value: unknown): string {
  return shortString('a name', value, LONGEST_NAME);
}

export function roomOf(value: unknown): string {
  return shortString('a room', value, LONGEST_NAME);
}

export function idOf(value: unknown): string {
  return shortString('an id', value, LONGEST_NAME);
}

/** @throws InputError */
function shortString(what: string, value: unknown, longest: number): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (!text || text.length > longest) throw new InputError(`${what} must be a text of 1 to ${longest} characters`);
  return text;
}
