interface Client {
  on(event: 'close', listener: () => void): unknown;
  removeListener(event: 'close', listener: () => void): unknown;
}

/** What a client has from its last connection, to do it again on the next one; private, and the same in versions 4 to 6. */
interface Remembering {
  readonly prevCondition?: { readonly subscriber?: false | { del(command: string, name: string): void } } | null;
}

/** The names that are ours, by the command that subscribes to them. */
export type OwnNames = Readonly<Record<string, () => readonly string[]>>;

/**
 * Nobody watches what ioredis subscribes to by itself after a reconnect: when Redis refuses it, the process ends. So it is
 * made to forget what is ours, which we ask for ourselves. What the client is used for besides stays with it.
 *
 * @returns a function that stops it
 */
export function forgetOwnNames(client: Client, own: OwnNames): () => void {
  const onClose = () => {
    const remembered = (client as Remembering).prevCondition?.subscriber;
    if (!remembered) return;
    for (const [command, names] of Object.entries(own)) {
      for (const name of names()) remembered.del(command, name);
    }
  };
  client.on('close', onClose);
  return () => client.removeListener('close', onClose);
}
