#!/usr/bin/env node
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidOptionError } from '../errors';
import { type InspectOptions, readArguments, USAGE } from './arguments';
import { openRedis } from './connect';
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
  try {
    return await Promise.race([inspect(new Inspector(redis, options), options, stop.signal), redis.lost]);
  } finally {
    await redis.close();
  }
}

async function inspect(inspector: Inspector, options: InspectOptions, stop: AbortSignal): Promise<number> {
  const { watch, intervalMs } = options;
  await inspector.listen();
  let surveyedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    if (performance.now() - surveyedAt >= SURVEY_EVERY_MS) {
      surveyedAt = performance.now();
      await inspector.survey();
    }
    await delay(intervalMs, undefined, { signal: stop }).catch(() => undefined);
    if (watch && stop.aborted) return FOUND;
    const report = inspector.report();
    print(report, options);
    if (!watch || stop.aborted) return report.namespaces.length > 0 ? FOUND : NOBODY;
  }
}

function print(report: Report, { json, watch }: InspectOptions): void {
  if (json) console.log(JSON.stringify(report));
  else if (watch && process.stdout.isTTY) process.stdout.write(onScreen(render(report), process.stdout));
  else console.log(render(report));
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
