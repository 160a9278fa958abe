/** Empties the screen, and moves to its top. */
const CLEAR = '\x1b[2J\x1b[H';

/** Of a terminal, as Node.js tells it: 0 or undefined where it does not know. */
export interface ScreenSize {
  rows: number | undefined;
  columns: number | undefined;
}

/** A text in place of what is on the screen. A line that is too long would wrap, and push the first ones out of sight. */
export function onScreen(text: string, { rows, columns }: ScreenSize): string {
  const lines = text.split('\n').map((line) => cut(line, columns || line.length));
  if (!rows || lines.length <= rows) return CLEAR + lines.join('\n');
  const shown = lines.slice(0, rows - 1);
  const hidden = `… ${lines.length - shown.length} more lines; --once prints all`;
  return CLEAR + [...shown, cut(hidden, columns || hidden.length)].join('\n');
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}
