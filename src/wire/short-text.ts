/** What `Buffer.toString()` calls; its types leave it out. Called directly, it takes half the time for a short text. */
export interface Sliceable extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/** Longer ones are rarely seen twice, and cost more to compare than to decode. */
const MAX_LENGTH = 24;
const SLOTS = 4096;

/** The texts met last, each in the slot that its bytes hash to; and these bytes. */
const known: (string | undefined)[] = new Array(SLOTS).fill(undefined);
const knownBytes = new Uint8Array(SLOTS * MAX_LENGTH);

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
  const at = slot * MAX_LENGTH;
  if (candidate?.length === length && isSame(payload, start, knownBytes, at, length)) return candidate;
  const text = payload.latin1Slice(start, start + length);
  known[slot] = text;
  for (let i = 0; i < length; i++) knownBytes[at + i] = payload[start + i] as number;
  return text;
}

/** The text in some bytes, whatever it is. */
export function textIn(payload: Buffer, start: number, end: number): string {
  const bytes = payload as Sliceable;
  return shortText(bytes, start, end - start) ?? bytes.utf8Slice(start, end);
}

/** Whether bytes of a payload are some others. Measured: to compare them with the characters of a text takes several times as long. */
export function isSame(payload: Buffer, start: number, others: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (payload[start + i] !== others[at + i]) return false;
  return true;
}
