/** Without the `sessionStore` that express-session puts into a handshake: it cannot be written, and is nobody's business. */
export function writable(handshake: object): object {
  const { sessionStore, ...rest } = handshake as { sessionStore?: unknown };
  return rest;
}
