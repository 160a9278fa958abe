interface StoppableClient {
  on(event: 'error', listener: () => void): unknown;
}

const signals = new WeakMap<object, AbortController>();

/**
 * Redis 4 to 6 cannot be made to stop while they connect: the connection that they get then stays, and nothing ends it any more. So
 * a copy that the package makes gets a signal with the options of its socket.
 */
export function stoppable<C extends object | undefined>(make: (signal: AbortSignal) => C): C {
  const controller = new AbortController();
  const client = make(controller.signal);
  if (client) signals.set(client, controller);
  return client;
}

/** Stops an attempt to connect. To be called when the client has been ended. */
export function stopConnecting(client: StoppableClient): void {
  const controller = signals.get(client);
  if (!controller) return;
  // that it did not connect is no news
  client.on('error', () => {});
  controller.abort();
}
