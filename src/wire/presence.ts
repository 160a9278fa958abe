import { readString } from './malformed';

/**
 * A node's farewell to its namespace, on the request channel. Only nodes of this package send and read it: to the published
 * ones it is a request of an unknown type.
 */
const BYE = 'bye';

export function encodeBye(uid: string): string {
  return JSON.stringify({ type: BYE, uid });
}

/** @returns the uid of the node that leaves, or undefined when the message is something else */
export function readBye(fields: Record<string, unknown>): string | undefined {
  return fields.type === BYE ? readString(fields, 'uid') : undefined;
}
