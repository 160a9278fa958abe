const OPTIONS = { transports: ['websocket'], forceNew: true, reconnectionDelay: 200, reconnectionDelayMax: 1_000 };

let loading = Promise.resolve();

/**
 * Loads the client that a server has for its own generation of Socket.IO. All of them call themselves `io`, so they are
 * loaded one after the other.
 */
function loadClient(url) {
  const next = loading.then(async () => {
    await new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = `${url}/client.js`;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${script.src} cannot be loaded`));
      document.head.append(script);
    });
    return window.io;
  });
  loading = next.catch(() => {});
  return next;
}

/** A connection to one server, which asks it things. */
export class Connection {
  #waiting = new Set();

  constructor(socket) {
    this.socket = socket;
    socket.on('disconnect', () => {
      for (const reject of this.#waiting) reject(new Error('the connection is lost'));
      this.#waiting.clear();
    });
  }

  /** @param {Record<string, (...args: unknown[]) => void>} listeners - by their events */
  static async open(url, listeners) {
    const io = await loadClient(url);
    const connection = new Connection(io(url, OPTIONS));
    for (const [event, listener] of Object.entries(listeners)) connection.socket.on(event, listener);
    return connection;
  }

  get connected() {
    return this.socket.connected;
  }

  /** Sends an event, and returns what the server answers. Throws what it says is wrong. */
  ask(event, ...args) {
    if (!this.connected) return Promise.reject(new Error('not connected'));
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.socket.emit(event, ...args, ({ value, error }) => {
        this.#waiting.delete(reject);
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
    });
  }
}
