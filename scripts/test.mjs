// Runs the compiled tests, each file in a process of its own:
//   npm test             all of them
//   npm test -- wire     the files that have "wire" in their path
//   npm run test:browser those that need a browser

import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** More than most machines of a CI have cores: many files wait for servers rather than compute. */
const CONCURRENCY = 3;
/** How long a file may report nothing: no test may take longer, and no process may stay longer after its last test. */
const SILENCE_MS = 120_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals: filters } = parseArgs({
  options: { suffix: { type: 'string', default: '.test.js' } },
  allowPositionals: true,
});
const files = readdirSync(join(root, 'build/test'), { recursive: true })
  .map((path) => join(root, 'build/test', path))
  .filter((path) => path.endsWith(values.suffix))
  .filter((path) => filters.length === 0 || filters.some((filter) => relative(root, path).includes(filter)))
  .sort();

// for the processes of the files; Node.js 20 has no other way
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps`;

const counts = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
const begin = performance.now();
const report = new spec();
report.pipe(process.stdout);

const queue = [...files];
await Promise.all(Array.from({ length: CONCURRENCY }, work));

for (const [name, count] of Object.entries(counts)) diagnose(`${name} ${count}`);
diagnose(`duration_ms ${performance.now() - begin}`);
report.end({ type: 'test:summary', data: { counts } });

if (files.length === 0) fail(`No test file has ${filters.join(' or ') || values.suffix} in its path`);
else if (counts.pass + counts.fail + counts.cancelled === 0) fail('No test ran');

async function work() {
  for (let file = queue.shift(); file; file = queue.shift()) {
    // the reporter could not tell two files apart whose events are mixed
    for (const event of await runFile(file)) report.write(event);
  }
}

/**
 * One file, because `run()` has no limit that means the same in all versions: up to Node.js 22 its `timeout` is that of a
 * whole file; from 24 on it is that of a test, and a process that does not end is waited for without end.
 */
async function runFile(file) {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    const seconds = SILENCE_MS / 1000;
    silence.abort(
      new Error(`nothing happened for ${seconds} s: a test hangs, or something is open after the last one`),
    );
  }, SILENCE_MS);
  const events = [];
  for await (const event of run({ files: [file], signal: silence.signal })) {
    timer.refresh();
    if (!tally(event)) events.push(event);
    if (event.type === 'test:fail' && event.data.todo === undefined) process.exitCode = 1;
    // a file without tests counts as a test that passes
    if (event.type === 'test:pass' && event.data.name === file) fail(`${relative(root, file)} has no tests`);
  }
  clearTimeout(timer);
  return events;
}

/** Adds up what `run()` says about its one file; false when the event is something else. */
function tally({ type, data }) {
  if (data.file !== undefined) return false;
  if (type !== 'test:diagnostic') return type === 'test:summary';
  const [name, count] = data.message.split(' ');
  if (name in counts) counts[name] += Number(count);
  // anything else is about an error outside of a test
  return name in counts || name === 'duration_ms';
}

function diagnose(message) {
  report.write({ type: 'test:diagnostic', data: { nesting: 0, message } });
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
