import uid2 from 'uid2';

/** No uid of a published node holds it: theirs are six letters, digits, `-` or `_`. */
const MARK = '~';

/** A new name for a node of this package. */
export function createUid(): string {
  return `${uid2(6)}${MARK}`;
}

/** A new name for an emitter: nobody takes it for that of a node. */
export function createEmitterUid(): string {
  return `emitter-${uid2(6)}`;
}

/** Whether a node is of this package, going by its name. */
export function isOwnUid(uid: string): boolean {
  return /^[\w-]{6}~$/.test(uid);
}

/** Whether a name may be that of a published node on the sharded wire. */
export function isPublishedShardedUid(uid: string): boolean {
  return /^[0-9a-f]{16}$/.test(uid);
}

/** Whether a name may be that of a published node on the classic wire. */
export function isPublishedUid(uid: string): boolean {
  return /^[\w-]{6}$/.test(uid);
}
