/** Whether a command was refused for good: by an ACL, or by a server that does not have it. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Error && /^NOPERM|^ERR unknown (sub)?command/i.test(error.message);
}
