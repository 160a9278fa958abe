import { connect } from 'node:net';

/** Reply types of RESP that are one text, or one line. */
const STRING = '+';
const ERROR = '-';
const INTEGER = ':';
const BULK = '$';

/** Milliseconds. */
const TIMEOUT = 2_000;

/**
 * Sends one command to a Redis server through its Unix socket and returns its reply as text: enough to look after a
 * server without one of the client libraries that the servers are there to test.
 *
 * @throws Error with Redis's message when it replies with an error, or when it replies with a list or not at all.
 */
export function redisCommand(socketPath: string, args: readonly string[], password?: string): Promise<string> {
  const requests = password ? [['AUTH', password], args] : [args];

  return new Promise((resolve, reject) => {
    const socket = connect(socketPath).setTimeout(TIMEOUT);
    let received = Buffer.alloc(0);
    let missing = requests.length;

    socket.on('connect', () => socket.write(requests.map(encode).join('')));
    socket.on('timeout', () => socket.destroy(new Error(`Redis did not answer ${args[0]} within ${TIMEOUT} ms`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`Redis closed the connection before it answered ${args[0]}`)));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      try {
        for (let reply = decode(received); reply; reply = decode(received)) {
          received = received.subarray(reply.size);
          if (--missing > 0) continue;
          resolve(reply.text);
          socket.destroy();
          return;
        }
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
  });
}

function encode(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`;
}

/** The first reply in `bytes` and how many of them it takes, or `undefined` while it is incomplete. */
function decode(bytes: Buffer): { text: string; size: number } | undefined {
  const end = bytes.indexOf('\r\n');
  if (end < 0) return undefined;
  const type = String.fromCharCode(bytes[0] ?? 0);
  const line = bytes.toString('utf8', 1, end);
  const next = end + 2;

  if (type === STRING || type === INTEGER) return { text: line, size: next };
  if (type === ERROR) throw new Error(line);
  if (type !== BULK) throw new Error(`Only a reply of one text can be read here, not one of type ${type}`);

  const length = Number(line);
  const size = next + length + 2;
  return bytes.length < size ? undefined : { text: bytes.toString('utf8', next, next + length), size };
}
