/** Answers a `customRequest()`: with whatever it first calls back with. */
export type CustomHook = (data: unknown, callback: (answer: unknown) => void) => unknown;

/** Calls the user's hook. @throws what it throws, or rejects with */
export function callHook(hook: CustomHook, data: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const returned = hook(data, resolve);
    // an async hook rejects, where another one throws
    if (returned instanceof Promise) returned.catch(reject);
  });
}
