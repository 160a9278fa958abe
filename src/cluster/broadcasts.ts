import type { Broadcast } from '../wire/broadcast';
import type { Wire } from '../wire/wire';
import type { Accounts } from './accounts';
import type { BroadcastReceiver } from './broadcast-router';
import type { LocalNode } from './local-node';
import { isNumbered, Sequences } from './sequences';

export interface BroadcastsSettings {
  nsp: string;
  uid: string;
  maxPayloadBytes: number;
  /** Whether it hears all of the namespace's broadcasts, those for no socket of its own included. */
  hearsAll: boolean;
  wire: Wire;
  local: LocalNode;
  accounts: Accounts;
  onError(error: Error): void;
}

/**
 * Takes the broadcasts of other nodes to the sockets of this one.
 *
 * What it goes by is in fields of its own: with many namespaces, a message costs as much as there is memory to look at.
 */
export class Broadcasts implements BroadcastReceiver {
  readonly nsp: string;
  readonly #uid: string;
  readonly #wire: Wire;
  readonly #local: LocalNode;
  readonly #accounts: Accounts;
  readonly #isNumbered: boolean;
  readonly #hearsAll: boolean;
  readonly #maxPayloadBytes: number;
  readonly #sequences = new Sequences();
  readonly #onError: (error: Error) => void;

  constructor({ nsp, uid, maxPayloadBytes, hearsAll, wire, local, accounts, onError }: BroadcastsSettings) {
    this.nsp = nsp;
    this.#uid = uid;
    this.#wire = wire;
    this.#local = local;
    this.#accounts = accounts;
    this.#isNumbered = isNumbered(nsp);
    this.#hearsAll = hearsAll;
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#onError = onError;
  }

  hear(room: string, payload: Buffer): void {
    if (!this.#admits(room, payload)) return;
    try {
      this.receive(this.#wire.readBroadcast(payload, this.#local.takesJson));
    } catch (error) {
      this.#accounts.dropped('broadcast', error);
    }
  }

  /** Takes one that has been read. */
  receive({ uid, packet, options }: Broadcast): void {
    // a channel's name can be that of several namespaces: the packet itself says which one it is for
    if (packet.nsp !== this.nsp || uid === this.#uid) return;
    // on the sharded wire, its number is not known before
    if (this.#wire.sharded && this.#isRepeated(uid, options.seq)) return;
    this.#accounts.received();
    try {
      this.#local.deliver(packet, options);
    } catch (error) {
      this.#onError(error as Error);
    }
  }

  /** The node is gone: whoever has that uid later begins anew. */
  forget(uid: string): void {
    this.#sequences.forget(uid);
  }

  /** Takes account of a broadcast, and goes by what can be told without decoding it. */
  #admits(room: string, payload: Buffer): boolean {
    const sender = this.#wire.broadcasterOf(payload);
    if (sender === this.#uid) {
      this.#accounts.echo();
      return false;
    }
    if (this.#isRepeated(sender, this.#wire.sequenceOf(payload))) return false;
    return (room === '' || this.#local.hasRoom(room)) && !this.#isTooLarge(payload);
  }

  /** Takes note of the number. @returns whether it has come before */
  #isRepeated(uid: string | undefined, number: number | undefined): boolean {
    if (uid === undefined || number === undefined || !this.#isNumbered) return false;
    const missing = this.#sequences.take(uid, number);
    if (missing === false) {
      this.#accounts.repeated();
      return true;
    }
    if (this.#hearsAll) this.#accounts.counters.missed += missing;
    return false;
  }

  #isTooLarge({ length }: Buffer): boolean {
    if (length <= this.#maxPayloadBytes) return false;
    this.#accounts.oversized(length);
    return true;
  }
}
