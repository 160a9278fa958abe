import type { WriteStream } from 'node:tty';

const STYLES = { bold: 1, dim: 2, red: 31, green: 32 } as const;

/** Writes the story until it is over, and counts what went wrong in it. */
export class Output {
  checks = 0;
  wrong = 0;
  #over = false;

  line(text = ''): void {
    if (!this.#over) console.log(text);
  }

  heading(text: string): void {
    this.line(styled('bold', text, process.stdout));
  }

  /** What is done on a node, in the words of a program. */
  code(node: string, code: string): void {
    this.line(styled('dim', `   ${node}> ${code}`, process.stdout));
  }

  /** Compares what is with what has to be, and says so. */
  check(who: string, actual: string, expected: string): void {
    const right = actual === expected;
    this.checks += 1;
    if (!right) this.wrong += 1;
    const mark = right ? styled('green', 'ok   ', process.stdout) : styled('red', 'WRONG', process.stdout);
    this.line(`   ${mark}  ${who}  ${actual}${right ? '' : `, but expected: ${expected}`}`);
  }

  /** Says why the story ends here: nothing that was under way comes after it. */
  failure(text: string): void {
    this.#over = true;
    console.error(`\n${styled('red', 'The demo failed.', process.stderr)} ${text}`);
  }
}

function styled(style: keyof typeof STYLES, text: string, stream: WriteStream): string {
  if (!stream.isTTY || process.env.NO_COLOR) return text;
  return `\x1b[${STYLES[style]}m${text}\x1b[0m`;
}
