import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { onScreen } from '../../../src/inspect/screen';

const CLEAR = '\x1b[2J\x1b[H';
const text = ['a line', 'another line', 'and the last'].join('\n');

describe('What inspect shows in a terminal', () => {
  it('is all, where there is room', () => {
    assert.equal(onScreen(text, { rows: 3, columns: 12 }), CLEAR + text);
  });

  it('is all, where the size is not known', () => {
    for (const size of [0, undefined]) assert.equal(onScreen(text, { rows: size, columns: size }), CLEAR + text);
  });

  it('has no line that would wrap', () => {
    assert.equal(onScreen(text, { rows: 3, columns: 8 }), `${CLEAR}a line\nanother…\nand the…`);
  });

  it('says how much there is no room for', () => {
    assert.equal(onScreen(text, { rows: 2, columns: 80 }), `${CLEAR}a line\n… 2 more lines; --once prints all`);
  });
});
