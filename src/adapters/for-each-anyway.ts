/** Does something to all of them, even if it calls a listener of the user that throws. @throws what was thrown first */
export function forEachAnyway<T>(values: readonly T[], action: (value: T) => unknown): void {
  const errors: unknown[] = [];
  for (const value of values) {
    try {
      action(value);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
