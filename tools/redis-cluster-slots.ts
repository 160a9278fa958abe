import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from './eventually.js';
import type { RedisClusterNode } from './redis-cluster.js';

/** How a slot is moved. */
export interface MoveSlotOptions {
  /** Milliseconds that only its old owner knows, which sends clients away already. Default: 0, its new owner knows first. */
  othersKnowAfter?: number;
}

/** Moves a slot that holds no keys to another master, and waits until all nodes know. */
export async function moveSlot(
  nodes: readonly RedisClusterNode[],
  slot: number,
  { othersKnowAfter = 0 }: MoveSlotOptions = {},
): Promise<void> {
  // while a master is being replaced, nobody may own it
  const [source, target] = await eventually(() => ownerAndOther(nodes, slot));
  const [sourceId, targetId] = [await idOf(source), await idOf(target)];
  const set = ({ server }: RedisClusterNode, ...state: [string, string]) =>
    server.command('CLUSTER', 'SETSLOT', String(slot), ...state);
  await set(target, 'IMPORTING', sourceId);
  await set(source, 'MIGRATING', targetId);
  const [first, second] = othersKnowAfter > 0 ? [source, target] : [target, source];
  await set(first, 'NODE', targetId);
  await delay(othersKnowAfter);
  await set(second, 'NODE', targetId);
  // A master that has not heard of the last move's epoch takes its own for the newest: it would lose what is moved to it next,
  // and nobody would own that. A replica that has not heard of the last move claims for its master what that has lost, with
  // the epoch that its master has won since. What they sent before they heard of it is still under way for a moment.
  let agreed = 0;
  await eventually(async () => {
    agreed = (await agree(nodes)) ? agreed + 1 : 0;
    return agreed === 2;
  });
}

async function agree(nodes: readonly RedisClusterNode[]): Promise<boolean> {
  const views = await Promise.all(nodes.map(({ server }) => server.command('CLUSTER', 'NODES')));
  return new Set(views.map(epochsAndSlots)).size === 1;
}

/** @param view - what CLUSTER NODES says */
function epochsAndSlots(view: string): string {
  const masters = view.split('\n').filter((line) => line.includes('master'));
  return masters
    .map((line) => line.split(' '))
    .map(([id, , , , , , epoch, , ...slots]) => [id, epoch, ...slots].join(' '))
    .sort()
    .join('\n');
}

async function ownerAndOther(
  nodes: readonly RedisClusterNode[],
  slot: number,
): Promise<[RedisClusterNode, RedisClusterNode]> {
  const masters = await mastersOf(nodes);
  const views = await Promise.all(masters.map(({ server }) => server.command('CLUSTER', 'NODES')));
  const owner = masters.find((_, i) => owns(views[i] as string, slot));
  const other = masters.find((node) => node !== owner);
  if (!owner || !other) throw new Error(`the slot ${slot} cannot be moved`);
  return [owner, other];
}

async function mastersOf(nodes: readonly RedisClusterNode[]): Promise<RedisClusterNode[]> {
  const infos = await Promise.all(nodes.map(({ server }) => server.command('INFO', 'replication')));
  return nodes.filter((_, i) => infos[i]?.includes('role:master'));
}

function idOf({ server }: RedisClusterNode): Promise<string> {
  return server.command('CLUSTER', 'MYID');
}

/** @param view - what CLUSTER NODES says on the node in question */
function owns(view: string, slot: number): boolean {
  const own = view.split('\n').find((line) => line.includes('myself')) ?? '';
  const ranges = own.split(' ').slice(8);
  return ranges.some((range) => {
    const [low, high = low] = range.split('-').map(Number);
    return low !== undefined && high !== undefined && low <= slot && slot <= high;
  });
}
