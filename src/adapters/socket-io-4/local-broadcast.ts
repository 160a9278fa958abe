import { type BroadcastFlags, type BroadcastPacket, EVENT } from '../../wire/broadcast';
import type { Namespace4, PacketOptions, Socket4 } from './types';

const TEXT_FRAME = 0x81;
/** The type of Engine.IO's packets that carry Socket.IO's. */
const MESSAGE = 0x34;

/** Sends a packet to sockets of this node; it is encoded once, and not at all when there are none. */
export class LocalBroadcast {
  readonly #nsp: Namespace4;
  readonly #packet: Omit<BroadcastPacket, 'type'> & { type: number };
  readonly #options: PacketOptions;
  #encoded: (string | Uint8Array)[] | undefined;

  constructor(nsp: Namespace4, data: BroadcastPacket['data'], { volatile, compress }: BroadcastFlags) {
    this.#nsp = nsp;
    // the encoder sees by itself whether there is binary data, and takes BINARY_EVENT for an event that it has encoded
    this.#packet = { type: EVENT, data, nsp: nsp.name };
    this.#options = { preEncoded: true, volatile, compress };
  }

  sendTo(socket: Socket4): void {
    this.#encoded ??= this.#encode();
    socket.notifyOutgoingListeners?.(this.#packet);
    socket.client.writeToEngine(this.#encoded, this.#options);
  }

  #encode(): (string | Uint8Array)[] {
    const encoded = this.#nsp.server.encoder.encode(this.#packet);
    const [text] = encoded;
    if (encoded.length === 1 && typeof text === 'string') this.#options.wsPreEncodedFrame = [frameOf(text)];
    return encoded;
  }
}

/** The frame of a WebSocket for a packet, in one piece: each connection is written to once (socket.io-adapter's has two). */
function frameOf(text: string): Buffer {
  const length = 1 + Buffer.byteLength(text);
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = TEXT_FRAME;
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame[start] = MESSAGE;
  frame.write(text, start + 1);
  return frame;
}
