const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const SMALL_A = 0x61;
const SMALL_E = 0x65;
const SMALL_F = 0x66;
const SMALL_N = 0x6e;
const SMALL_T = 0x74;
const SMALL_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Makes a small letter of a capital one. */
const SMALL = 0x20;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

/** After a backslash, all but `u`. */
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));

/** Deeper ones are left to `JSON.parse()`. */
const MAX_DEPTH = 100;

/**
 * Finds the end of a value in JSON without making anything of it, and sees to it that it is one; what is not ASCII has still to be UTF-8.
 *
 * @returns where it ends, or -1 for what is no JSON, has white space between its parts, or is very deep
 */
export function endOfJson(bytes: Buffer, start: number): number {
  return endOfValue(bytes, start, 0);
}

/** @param depth - how many arrays and objects are open around it */
function endOfValue(bytes: Buffer, start: number, depth: number): number {
  switch (bytes[start]) {
    case QUOTE:
      return endOfText(bytes, start + 1);
    case OPEN_BRACKET:
      return endOfParts(bytes, start + 1, depth + 1, CLOSE_BRACKET);
    case OPEN_BRACE:
      return endOfParts(bytes, start + 1, depth + 1, CLOSE_BRACE);
    case SMALL_T:
      return endOfWord(bytes, start, TRUE);
    case SMALL_F:
      return endOfWord(bytes, start, FALSE);
    case SMALL_N:
      return endOfWord(bytes, start, NULL);
    default:
      return endOfNumber(bytes, start);
  }
}

/** @param close - what an array, or an object, ends with */
function endOfParts(bytes: Buffer, start: number, depth: number, close: number): number {
  if (depth > MAX_DEPTH) return -1;
  if (bytes[start] === close) return start + 1;
  let position = start;
  for (;;) {
    const value = close === CLOSE_BRACE ? endOfKey(bytes, position) : position;
    const end = value === -1 ? -1 : endOfValue(bytes, value, depth);
    if (end === -1) return -1;
    if (bytes[end] === close) return end + 1;
    if (bytes[end] !== COMMA) return -1;
    position = end + 1;
  }
}

function endOfKey(bytes: Buffer, start: number): number {
  const end = bytes[start] === QUOTE ? endOfText(bytes, start + 1) : -1;
  return end !== -1 && bytes[end] === COLON ? end + 1 : -1;
}

/** @param start - after the quotation mark */
function endOfText(bytes: Buffer, start: number): number {
  for (let position = start; position < bytes.length; position++) {
    const byte = bytes[position] as number;
    if (byte === QUOTE) return position + 1;
    if (byte < SPACE) return -1;
    if (byte !== BACKSLASH) continue;
    position += 1;
    if (bytes[position] === SMALL_U) {
      if (!isHex(bytes, position + 1)) return -1;
      position += 4;
    } else if (!ESCAPED.has(bytes[position] as number)) {
      return -1;
    }
  }
  return -1;
}

/** Whether there are four hexadecimal digits. */
function isHex(bytes: Buffer, start: number): boolean {
  for (let i = start; i < start + 4; i++) {
    const letter = (bytes[i] ?? 0) | SMALL;
    if (!isDigit(bytes[i]) && !(letter >= SMALL_A && letter <= SMALL_F)) return false;
  }
  return true;
}

function endOfWord(bytes: Buffer, start: number, word: Buffer): number {
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return -1;
  return start + word.length;
}

function endOfNumber(bytes: Buffer, start: number): number {
  const whole = bytes[start] === MINUS ? start + 1 : start;
  let end = bytes[whole] === ZERO ? whole + 1 : endOfDigits(bytes, whole);
  if (end !== -1 && bytes[end] === POINT) end = endOfDigits(bytes, end + 1);
  if (end === -1 || ((bytes[end] ?? 0) | SMALL) !== SMALL_E) return end;
  const sign = bytes[end + 1];
  return endOfDigits(bytes, sign === PLUS || sign === MINUS ? end + 2 : end + 1);
}

/** @returns -1 when there is none */
function endOfDigits(bytes: Buffer, start: number): number {
  let end = start;
  while (isDigit(bytes[end])) end += 1;
  return end > start ? end : -1;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
