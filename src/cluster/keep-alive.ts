/** Who waits for a node before it has an HTTP server must not see the process end: the connections alone do not keep it. */
export async function keepAliveUntil(ready: Promise<unknown>): Promise<void> {
  const timer = setInterval(() => {}, 2 ** 30);
  await ready.finally(() => clearInterval(timer));
}
