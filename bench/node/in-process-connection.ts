import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';

/** What a browser sends when it opens a WebSocket. */
const HEADERS: Record<string, string> = {
  host: 'chat.example.com',
  connection: 'Upgrade',
  pragma: 'no-cache',
  'cache-control': 'no-cache',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  upgrade: 'websocket',
  origin: 'https://chat.example.com',
  'sec-websocket-version': '13',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en;q=0.9',
  'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
};

let connections = 0;

/** As they are read from a connection: texts of its own, in which a session and a key are nobody else's. */
function readHeaders(): Record<string, string> {
  const headers = JSON.parse(JSON.stringify(HEADERS));
  headers.cookie = `session=${randomBytes(48).toString('base64')}`;
  headers['sec-websocket-key'] = randomBytes(16).toString('base64');
  return headers;
}

/**
 * A connection of Engine.IO without a network, so that thousands of sockets cost a node what Socket.IO and its adapter
 * make of them, and nothing else. The sockets on it are Socket.IO's own.
 */
export class InProcessConnection extends EventEmitter {
  readonly id: string;
  readonly transport = { name: 'websocket', writable: true };
  readonly request = {
    headers: readHeaders(),
    url: '/socket.io/?EIO=4&transport=websocket',
    connection: {},
    _query: { EIO: '4', transport: 'websocket' },
  };
  readonly remoteAddress = '127.0.0.1';
  readyState = 'open';

  /**
   * @param rooms - what its socket is to join
   * @param onJoined - called once it has
   * @param onWrite - called for each packet that its client would get
   */
  constructor(
    /** Of Engine.IO: 3 for Socket.IO 2. */
    readonly protocol: 3 | 4,
    readonly rooms: readonly string[],
    readonly onJoined: () => void,
    private readonly onWrite: () => void = () => {},
  ) {
    super();
    connections += 1;
    // as long as those of Engine.IO
    this.id = `${process.pid}-${connections}`.padEnd(20, '-');
  }

  write(): this {
    this.onWrite();
    return this;
  }

  close(): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.emit('close', 'transport close');
  }
}
