import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { type CodeBlock, codeBlocks } from '../readme/markdown';
import { notepack3 } from '../support/published-codecs';
import { type Fixture, fixtures } from './fixtures';

const document = join(dirname(require.resolve('socket.io-redis/package.json')), 'docs/protocol.md');
const shown = new Map(codeBlocks(readFileSync(document, 'utf8')).map((block) => [nameOf(block), block.code]));

describe('The fixtures in docs/protocol.md', () => {
  it('are those that are checked here', () => {
    assert.deepEqual([...shown.keys()].sort(), fixtures.map(({ name }) => name).sort());
  });

  for (const fixture of fixtures) {
    it(`${fixture.name}: is what the code writes, and reads`, () => {
      assert.equal(shown.get(fixture.name), show(fixture));
      assert.deepEqual(read(fixture), fixture.means);
    });
  }
});

function nameOf({ comment = '', line }: CodeBlock): string {
  const [, name] = /^fixture: (.+)$/.exec(comment) ?? [];
  assert.ok(name, `the block of line ${line} says which fixture it is`);
  return name;
}

/** The channel, what is in the payload, and the payload: 48 bytes a line. */
function show({ message: { channel, payload } }: Fixture): string {
  const bytes = Buffer.from(payload as Buffer);
  // another library's codec than the one that wrote it
  const content = typeof payload === 'string' ? payload : JSON.stringify(notepack3.decode(bytes));
  return [channel, content, ...(bytes.toString('hex').match(/.{1,96}/g) ?? [])].join('\n');
}

/** What another node, or an emitter, takes it for. */
function read({ message: { channel, payload }, reader, means }: Fixture): unknown {
  const bytes = Buffer.from(payload as Buffer);
  if (means.kind === 'broadcast') return { kind: 'broadcast', broadcast: reader.readBroadcast(bytes, false) };
  const incoming = reader.read(bytes, channel, false);
  if (incoming?.kind !== 'response' || means.kind !== 'response') return incoming;
  const { id, sender, answerTo } = incoming.response;
  return { kind: 'response', id, sender, to: means.to, answer: answerTo(means.to) };
}
