import { type Command, encode } from './resp';

/** In MessagePack and in JSON, what is before the number of a broadcast; see `BroadcastOptions.seq`. */
const IN_MESSAGE_PACK = Buffer.from('\xa3seq\xce', 'latin1');
const IN_JSON = Buffer.from('"seq":');

/** The numbers have ten digits, so that they can be changed in place. */
const FIRST = 1_000_000_000;

/** Recorded commands to be sent again and again. A node drops a broadcast that comes twice, so each gets a new number. */
export class Burst {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #places: { nsp: string; write(number: number): void }[];

  constructor(commands: readonly Command[]) {
    const encoded = commands.map((command) => encode(command.map(withTenDigits)));
    this.length = commands.length;
    this.#bytes = Buffer.concat(encoded);
    let start = 0;
    this.#places = encoded.flatMap((one, i) => {
      const write = placeOf(this.#bytes.subarray(start, start + one.length));
      start += one.length;
      return write ? { nsp: namespaceOf(commands[i] as Command), write } : [];
    });
  }

  /**
   * To be sent before it is asked for again.
   *
   * @param numbers - the next number that the sender has for each namespace
   */
  renumbered(numbers: Map<string, number>): Buffer {
    for (const { nsp, write } of this.#places) {
      const number = numbers.get(nsp) ?? FIRST;
      numbers.set(nsp, number + 1);
      write(number);
    }
    return this.#bytes;
  }
}

/** Read off the channel. */
function namespaceOf([, channel = '']: Command): string {
  return /#(\/[^#]*)#/.exec(channel)?.[1] ?? '';
}

function withTenDigits(arg: string): string {
  return arg.replace(/"seq":\d+/, `"seq":${FIRST}`);
}

function placeOf(command: Buffer): ((number: number) => void) | undefined {
  const inMessagePack = command.lastIndexOf(IN_MESSAGE_PACK);
  if (inMessagePack !== -1) return (to) => command.writeUInt32BE(to, inMessagePack + IN_MESSAGE_PACK.length);
  const inJson = command.lastIndexOf(IN_JSON);
  if (inJson === -1) return undefined;
  return (to) => command.write(String(to), inJson + IN_JSON.length, 'latin1');
}
