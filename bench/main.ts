// npm run bench: what this adapter and the published ones cost, side by side.

import { writeFileSync } from 'node:fs';
import { startRedis } from '../tools/redis-server';
import { readArguments, USAGE } from './arguments';
import { describeMachine } from './machine';
import { plot } from './plot';
import { jsonReport, textReport } from './report';
import { resultsOf } from './results';
import { runAll } from './runner';

async function main(): Promise<void> {
  const { plan, json, svg, help } = readArguments(process.argv.slice(2));
  if (help) return console.log(USAGE);
  // the report alone is for standard output
  const log = (line: string) => console.error(line);
  const redis = await startRedis({ log });
  try {
    const machine = await describeMachine(redis, plan.clients);
    const measured = await runAll(redis, plan, log);
    console.log((json ? jsonReport : textReport)(measured, machine));
    if (svg) writeFileSync(svg, plot(measured.groups.flatMap(resultsOf), machine));
  } finally {
    await redis.stop();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
