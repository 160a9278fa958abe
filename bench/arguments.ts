import { parseArgs } from 'node:util';
import { type ClientName, clientKinds } from './clients';
import type { Plan } from './runner';
import { scenarios } from './scenarios';

const CLIENTS = { full: 'ioredis 5, redis 5', quick: 'ioredis 5' };

export const USAGE = `npm run bench -- [options] [scenario ...]

  scenario          ${scenarios.map(({ name }) => name).join(', ')}; default: all
  --quick           fewer rounds, sizes, subjects and clients
  --rounds <n>      default: 2, quick: 1
  --clients <list>  of ${Object.keys(clientKinds).join(', ')}, or "all"; default: ${CLIENTS.full}, quick: ${CLIENTS.quick}
  --json            prints JSON
  --svg <file>      draws a plot as well
`;

export interface Arguments {
  plan: Plan;
  json: boolean;
  svg: string | undefined;
  help: boolean;
}

/** @throws Error that says which argument is wrong */
export function readArguments(args: string[]): Arguments {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      clients: { type: 'string' },
      json: { type: 'boolean', default: false },
      svg: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, json, svg, help } = values;
  const plan = {
    scenarios:
      positionals.length === 0
        ? scenarios
        : scenarios.filter(({ name }) => positionals.some((one) => name.startsWith(one))),
    clients: readClients(values.clients ?? CLIENTS[quick ? 'quick' : 'full']),
    rounds: readRounds(values.rounds, quick),
    duration: 50,
    quick,
  };
  if (plan.scenarios.length === 0) throw new Error(`There is no scenario ${positionals.join(', ')}`);
  return { plan, json, svg, help };
}

function readClients(list: string): ClientName[] {
  const known = Object.keys(clientKinds) as ClientName[];
  const names = list === 'all' ? known : list.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !known.includes(name as ClientName));
  if (unknown.length > 0) throw new Error(`There is no client ${unknown.join(', ')}: only ${known.join(', ')}`);
  return names as ClientName[];
}

function readRounds(rounds: string | undefined, quick: boolean): number {
  if (rounds === undefined) return quick ? 1 : 2;
  if (!/^[1-9]\d*$/.test(rounds)) throw new Error(`--rounds takes a number from 1 on, not ${rounds}`);
  return Number(rounds);
}
