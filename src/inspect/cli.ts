#!/usr/bin/env node
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidOptionError } from '../errors';
import { type InspectOptions, readArguments, USAGE } from './arguments';
import { openRedis, type Redis } from './connect';
import { InspectError } from './errors';
import { Inspector } from './inspector';
import { render } from './render';
import type { Report } from './report';
import { onScreen } from './screen';

const FOUND = 0;
const NOBODY = 1;
const FAILED = 2;

/** How often the nodes are looked for and asked, at the most. */
const SURVEY_EVERY_MS = 5000;

async function main(args: string[]): Promise<number> {
  const options = readArguments(args, process.stdout.isTTY === true);
  if (!options) {
    console.log(USAGE);
    return FOUND;
  }
  const redis = await openRedis(options.uri);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  redis.lost.catch((error) => stop.abort(error));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // whoever read it, as `head` does, has enough
    if (error.code !== 'EPIPE') throw error;
    stop.abort();
  });
  try {
    return await Promise.race([inspect(redis, options, stop.signal), redis.lost]);
  } finally {
    // a screen has no end of line
    if (isOnScreen(options)) console.log();
    await redis.close();
  }
}

async function inspect(redis: Redis, options: InspectOptions, stop: AbortSignal): Promise<number> {
  const { watch, intervalMs } = options;
  const inspector = new Inspector(redis, options);
  const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
  // whoever watches has seen a report, and does not wait for Redis to end it
  const done = (asked: Promise<void>) => Promise.race([redis.inTime(asked), ...(watch ? [stopped] : [])]);
  await done(inspector.listen());
  let surveyedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    if (performance.now() - surveyedAt >= SURVEY_EVERY_MS) {
      surveyedAt = performance.now();
      await done(inspector.survey());
    }
    await delay(intervalMs, undefined, { signal: stop }).catch(() => undefined);
    // what was seen of a Redis that is lost is old
    if (stop.reason instanceof InspectError) throw stop.reason;
    if (watch && stop.aborted) return FOUND;
    const report = inspector.report();
    print(report, options);
    if (!watch || stop.aborted) return report.namespaces.length > 0 ? FOUND : NOBODY;
  }
}

function print(report: Report, options: InspectOptions): void {
  if (options.json) console.log(JSON.stringify(report));
  else if (isOnScreen(options)) process.stdout.write(onScreen(render(report), process.stdout));
  else console.log(render(report));
}

/** Whether one report takes the place of another. */
function isOnScreen({ json, watch }: InspectOptions): boolean {
  return watch && !json && process.stdout.isTTY === true;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const expected = error instanceof InspectError || error instanceof InvalidOptionError;
    console.error(expected ? error.message : error);
    process.exitCode = FAILED;
  },
);
