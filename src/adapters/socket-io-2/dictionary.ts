/**
 * Objects whose keys are names that clients may choose. They inherit nothing from `Object.prototype`, so that `__proto__` or
 * `constructor` is a name like any other; only `hasOwnProperty()` is there, since code written for Socket.IO 2 calls it.
 */
const prototype: object = Object.create(null, {
  hasOwnProperty: { value: Object.prototype.hasOwnProperty, writable: true },
});

export type Dictionary<T> = Record<string, T>;

export function createDictionary<T>(): Dictionary<T> {
  return Object.create(prototype) as Dictionary<T>;
}

/** Like `dictionary[key]`, without what is inherited. */
export function lookUp<T>(dictionary: Dictionary<T>, key: string): T | undefined {
  return Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
}
