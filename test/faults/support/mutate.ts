/** A generator of the same numbers in [0, 1) for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** First bytes of MessagePack that claim sizes, nest or extend, and what JSON is made of. */
const SPECIAL = [
  0xc1, 0xc4, 0xc6, 0xc7, 0xc9, 0xd4, 0xd8, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0x91, 0x81, 0xff, 0x00, 0x7b, 0x22,
];

/** A payload made worse in a few places. */
export function mutate(payload: Buffer, others: readonly Buffer[], random: () => number): Buffer {
  let mutated = Buffer.from(payload);
  const places = 1 + Math.floor(random() * 4);
  for (let i = 0; i < places; i++) {
    const at = Math.floor(random() * (mutated.length + 1));
    const way = Math.floor(random() * 6);
    const byte =
      random() < 0.5 ? (SPECIAL[Math.floor(random() * SPECIAL.length)] as number) : Math.floor(random() * 256);
    const other = others[Math.floor(random() * others.length)] ?? payload;
    const [before, after] = [mutated.subarray(0, at), mutated.subarray(at)];
    if (way === 0) mutated = Buffer.from(before);
    else if (way === 1) mutated = Buffer.concat([before, Buffer.from([byte]), after]);
    else if (way === 2) mutated = Buffer.concat([before, after.subarray(1 + Math.floor(random() * 8))]);
    else if (way === 3) mutated = Buffer.concat([before, other.subarray(Math.floor(random() * other.length))]);
    else if (way === 4) mutated = Buffer.concat([before, after.subarray(0, 16), after]);
    else if (at < mutated.length) mutated[at] = byte;
  }
  return mutated;
}
