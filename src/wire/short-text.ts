/** What `Buffer.toString()` calls; its types leave it out. Called directly, it takes half the time for a short text. */
export interface Sliceable extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/** Longer ones are rarely seen twice, and cost more to compare than to decode. */
const MAX_LENGTH = 24;
const SLOTS = 1024;

/** The texts met last, each in the slot that its bytes hash to. */
const known: (string | undefined)[] = new Array(SLOTS).fill(undefined);

/**
 * The text in some bytes of a payload, when it is short and ASCII: keys, rooms, namespaces and names of events. Most of these have
 * been met before, and are not made anew (measured: a broadcast is decoded in half the time).
 *
 * @returns undefined when it is not such a text
 */
export function shortText(payload: Sliceable, start: number, length: number): string | undefined {
  if (length > MAX_LENGTH) return undefined;
  let hash = length;
  for (let i = start; i < start + length; i++) {
    const byte = payload[i] as number;
    if (byte >= 0x80) return undefined;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  const slot = hash & (SLOTS - 1);
  const candidate = known[slot];
  if (candidate !== undefined && isText(candidate, payload, start, length)) return candidate;
  const text = payload.latin1Slice(start, start + length);
  known[slot] = text;
  return text;
}

/** Whether some bytes of a payload are this text, which is ASCII. */
export function isText(text: string, payload: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== payload[start + i]) return false;
  return true;
}
