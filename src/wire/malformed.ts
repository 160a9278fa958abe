/** A message that no peer would send. It never leaves the package: it is counted, logged and dropped. */
export class MalformedMessageError extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

export function readString(record: Record<string, unknown>, field: string): string {
  const value = record[field];
  if (typeof value !== 'string') throw new MalformedMessageError(`"${field}" is not a string`);
  return value;
}

export function readStrings(record: Record<string, unknown>, field: string): string[] {
  const value = record[field];
  if (!Array.isArray(value)) throw new MalformedMessageError(`"${field}" is not an array`);
  return value.map((item: unknown) => {
    if (typeof item === 'string') return item;
    if (typeof item === 'number') return String(item);
    throw new MalformedMessageError(`"${field}" holds something else than strings`);
  });
}

/** Reads a payload of JSON that holds an object. */
export function parseRecord(payload: Buffer): Record<string, unknown> {
  let message: unknown;
  try {
    message = JSON.parse(payload.toString());
  } catch (cause) {
    throw new MalformedMessageError('no JSON', cause);
  }
  if (!isRecord(message)) throw new MalformedMessageError('not an object');
  return message;
}
