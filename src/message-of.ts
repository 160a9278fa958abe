/**
 * What an error says, never nothing: Node.js gathers the failures of several addresses in an error without a message, and the
 * `TimeoutError` of redis 5 and 6 has none.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join('; ');
  return error.constructor.name;
}
