import { DATA, EXCEPT, FLAGS, NSP, ROOMS, SEQ, TYPE } from './broadcast-fields';
import type { Room } from './messages';
import { Writer } from './msgpack-writer';

/** What a broadcast says, ready to be written: `data` is what `toSendable()` gave. */
export interface BroadcastContent {
  uid: string;
  type: number;
  data: unknown;
  nsp: string;
  rooms: readonly Room[];
  except: readonly Room[];
  flags: object;
  seq: number | undefined;
}

const UINT32 = 0xce;

/** What is before the number of a broadcast, which takes its last four bytes. */
export const SEQUENCE_HEAD = Buffer.concat([SEQ, Buffer.from([UINT32])]);

/** @returns the broadcast in MessagePack: `[uid, { type, data, nsp }, { rooms, except, flags, seq }]`, and where its data begins */
export function writeBroadcast(content: BroadcastContent): { payload: Buffer; dataStart: number } {
  return writer.broadcast(content);
}

class BroadcastWriter extends Writer {
  broadcast({ uid, type, data, nsp, rooms, except, flags, seq }: BroadcastContent): {
    payload: Buffer;
    dataStart: number;
  } {
    this.begin();
    this.byte(0x93);
    this.text(uid);
    this.mapHead(3);
    this.#field(TYPE, type);
    this.#raw(DATA);
    const dataStart = this.position - this.start;
    this.write(data);
    this.#field(NSP, nsp);
    this.mapHead(seq === undefined ? 3 : 4);
    this.#field(ROOMS, rooms);
    this.#field(EXCEPT, except);
    this.#field(FLAGS, flags);
    if (seq !== undefined) this.#sequence(seq);
    return { payload: this.take(), dataStart };
  }

  #field(key: Buffer, value: unknown): void {
    this.#raw(key);
    this.write(value);
  }

  /** Always as long, so that it is found from the end. */
  #sequence(seq: number): void {
    this.#raw(SEQUENCE_HEAD);
    this.reserve(4);
    this.position = this.buffer.writeUInt32BE(seq, this.position);
  }

  /** A loop, since it is a few bytes. */
  #raw(bytes: Buffer): void {
    this.reserve(bytes.length);
    for (let i = 0; i < bytes.length; i++) this.buffer[this.position++] = bytes[i] as number;
  }
}

const writer = new BroadcastWriter();
