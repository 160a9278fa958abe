import { parseArgs } from 'node:util';
import { InspectError } from './errors';

export const USAGE = `Usage: socket.io-redis inspect [uri] [options]

Shows which Socket.IO servers are connected through a Redis. It is not counted as one of them.

  uri                localhost:6379, redis://user:password@host:port, rediss://…; default: REDIS_URL, or localhost:6379.
                     Of a Redis Cluster any node; with Sentinels, the master. An authority of your own that
                     signs certificates is named by NODE_EXTRA_CA_CERTS.
  --key <prefix>     the option "key" of the servers; default: socket.io
  --passive          only look: ask the servers nothing, so that their sockets and rooms are not known
  --json             print JSON, one report a line
  --once             print one report, and end; the default when the output is not a terminal
  --watch            go on until Ctrl+C; the default in a terminal
  --seconds <n>      between two reports, and how long messages are counted for each; default: 1
  --help

Exit codes: 0 when servers were found, 1 when there are none, 2 when Redis could not be asked.`;

export interface InspectOptions {
  /** Undefined for the default of the adapter. */
  uri: string | undefined;
  prefix: string;
  passive: boolean;
  json: boolean;
  watch: boolean;
  intervalMs: number;
}

const OPTIONS = {
  key: { type: 'string', default: 'socket.io' },
  passive: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  once: { type: 'boolean', default: false },
  watch: { type: 'boolean', default: false },
  seconds: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const;

/**
 * @param isTerminal - whether somebody watches
 * @returns undefined when help is asked for
 * @throws {InspectError}
 */
export function readArguments(args: string[], isTerminal: boolean): InspectOptions | undefined {
  const { values, positionals } = parse(args);
  const [command, uri = process.env.REDIS_URL, ...rest] = positionals;
  if (values.help) return undefined;
  if (command !== 'inspect' || rest.length > 0) throw new InspectError(`What is to be done?\n\n${USAGE}`);
  if (values.key === '') throw new InspectError('--key must not be empty');
  if (values.once && values.watch) throw new InspectError('--once and --watch exclude each other');
  const { key: prefix, passive, json } = values;
  const watch = values.watch || (isTerminal && !values.once);
  return { uri, prefix, passive, json, watch, intervalMs: readSeconds(values.seconds) * 1000 };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new InspectError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 3600)) throw new InspectError('--seconds must be a number from 0.1 to 3600');
  return seconds;
}
