import { type BroadcastFlags, type BroadcastPacket, EVENT, type JsonSource } from '../../wire/broadcast';
import type { Namespace4, PacketOptions, Socket4 } from './types';

const TEXT_FRAME = 0x81;
/** The type of Engine.IO's packets that carry Socket.IO's. */
const MESSAGE = '4';
const MESSAGE_BYTE = MESSAGE.charCodeAt(0);

/** A packet of this node, with an id if the sockets are to acknowledge it. */
type Packet = Pick<BroadcastPacket, 'data'> & { id?: number };

/** Sends a packet to sockets of this node; it is encoded once, and not at all when there are none. */
export class LocalBroadcast {
  readonly #nsp: Namespace4;
  readonly #head: string;
  readonly #packet: Packet;
  readonly #source: JsonSource | undefined;
  readonly #options: PacketOptions;
  #encoded: (string | Uint8Array)[] | undefined;
  #thrown: { error: unknown } | undefined;

  /**
   * @param head - the namespace's `eventHead()`
   * @param source - where the data in JSON is taken from, when it is at hand; not for a packet with an id
   */
  constructor(
    nsp: Namespace4,
    head: string,
    packet: Packet,
    source: JsonSource | undefined,
    { volatile, compress }: BroadcastFlags,
  ) {
    this.#nsp = nsp;
    this.#head = head;
    this.#packet = packet;
    this.#source = source;
    this.#options = { preEncoded: true, volatile, compress };
  }

  sendTo(socket: Socket4): void {
    this.#encoded ??= this.#encode();
    this.#notify(socket);
    socket.client.writeToEngine(this.#encoded, this.#options);
  }

  /** To be called at the end. @throws what a listener to what goes out threw first: the other sockets are not to miss the packet */
  end(): void {
    if (this.#thrown) throw this.#thrown.error;
  }

  #notify(socket: Socket4): void {
    try {
      socket.notifyOutgoingListeners?.(this.#packet);
    } catch (error) {
      this.#thrown ??= { error };
    }
  }

  #encode(): (string | Uint8Array)[] {
    const json = this.#source?.json;
    if (json) return [this.#encodeJson(json.bytes)];
    // the encoder sees by itself whether there is binary data, and takes BINARY_EVENT for an event that it has encoded
    const { data, id } = this.#packet;
    const packet = { type: EVENT, data, nsp: this.#nsp.name, ...(id === undefined ? {} : { id }) };
    const encoded = this.#nsp.server.encoder.encode(packet);
    const [text] = encoded;
    if (encoded.length === 1 && typeof text === 'string') this.#options.wsPreEncodedFrame = [frameOf(text)];
    return encoded;
  }

  #encodeJson(data: Buffer): string {
    const head = this.#head;
    const frame = openFrame(head.length + data.length);
    const start = frame.length - head.length - data.length;
    // a loop, since it is a few bytes
    for (let i = 0; i < head.length; i++) frame[start + i] = head.charCodeAt(i);
    frame.set(data, start + head.length);
    this.#options.wsPreEncodedFrame = [frame];
    return frame.toString('utf8', start + 1);
  }
}

/** What is before an event's data, as Socket.IO's own parser writes it, and Engine.IO before that: a character for each byte. */
export function eventHead(nsp: string): string {
  return Buffer.from(nsp === '/' ? `${MESSAGE}${EVENT}` : `${MESSAGE}${EVENT}${nsp},`).toString('latin1');
}

/** The frame for a packet, in one piece: each connection is written to once (socket.io-adapter's has two). */
function frameOf(text: string): Buffer {
  const length = 1 + Buffer.byteLength(text);
  const frame = openFrame(length);
  const start = frame.length - length;
  frame[start] = MESSAGE_BYTE;
  frame.write(text, start + 1);
  return frame;
}

/** A frame of a WebSocket, in which only the bytes at its end are to be filled in. */
function openFrame(length: number): Buffer {
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
  return frame;
}
