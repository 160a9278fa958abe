import { createRequire } from 'node:module';

interface Notepack {
  encode(value: unknown): Buffer;
  decode(payload: Buffer): unknown;
}

/** The MessagePack codecs of the published adapters, as they are installed with them. */
export const notepack2 = codecOf('socket.io-redis-5');
export const notepack3 = codecOf('@socket.io/redis-adapter');

function codecOf(adapter: string): Notepack {
  return createRequire(require.resolve(adapter))('notepack.io') as Notepack;
}
