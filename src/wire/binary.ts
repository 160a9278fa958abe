/** Whether a decoded value holds binary data. Its depth is bounded by the decoder. */
export function containsBinary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  return Array.isArray(value) ? value.some(containsBinary) : Object.values(value).some(containsBinary);
}
