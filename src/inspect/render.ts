import type { NamespaceReport, NodeReport, Report } from './report';

/** The channels that are shown. */
const BUSIEST = 10;

const NOBODY = 'No server listens. Is it the right Redis, and the "key" of the servers?';

/** A report as a person reads it. */
export function render(report: Report): string {
  const { time, key, redis, namespaces, traffic, unseen } = report;
  const server = redis ? `Redis ${redis.version}, ${redis.mode}` : 'Redis';
  const total = traffic.reduce((sum, { messagesPerSecond }) => sum + messagesPerSecond, 0);
  const busiest = traffic.slice(0, BUSIEST).map((one) => [one.channel, String(one.messagesPerSecond)]);
  return [
    `${visible(key)} on ${visible(server)}, at ${time}\n${count(namespaces.length, 'namespace')}, ${total.toFixed(1)} messages/s`,
    ...(namespaces.length > 0 ? namespaces.map(renderNamespace) : [NOBODY]),
    ...(busiest.length > 0 ? [table(['channel', 'messages/s'], busiest)] : []),
    ...(unseen.length > 0 ? [unseen.map((what) => `Cannot see ${what}.`).join('\n')] : []),
  ].join('\n\n');
}

function renderNamespace({ name, pubSub, connections, roomChannels, nodes }: NamespaceReport): string {
  const facts = [count(nodes.length, 'node'), count(connections, 'connection')];
  if (roomChannels > 0) facts.push(count(roomChannels, 'room channel'));
  const kind = pubSub === 'sharded' ? ' (sharded)' : '';
  return `${visible(name)}${kind}: ${facts.join(', ')}\n${table(['node', 'runs', 'sockets', 'rooms'], nodes.map(renderNode))}`;
}

function renderNode({ uid, runs, sockets, rooms }: NodeReport): string[] {
  return [uid ?? '-', runs, String(sockets ?? '?'), String(rooms?.length ?? '?')];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((line) => line.map(visible));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    /^[\d.?]+$/.test(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return lines.map((line) => `  ${line.map(pad).join('  ').trimEnd()}`).join('\n');
}

/** What comes from Redis must neither steer the terminal nor turn around what stands beside it. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD');
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
