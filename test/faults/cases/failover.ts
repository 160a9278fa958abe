import type { RedisClusterNode } from '../../../tools/redis-cluster';
import { moveSlot } from '../../../tools/redis-cluster-slots';
import type { RedisSentinel } from '../../../tools/redis-sentinel';
import type { RedisServer } from '../../../tools/redis-server';
import { channelsOn } from '../../support/channels';
import { eventually } from '../../support/eventually';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import { type LoadFigures, underLoad } from '../support/load';

/** Milliseconds from the end of the failover on. */
const BACK_WITHIN = 2_000;

/** Likewise: the Sentinel client of redis looks for the master once a second, and may find it half way through at first. */
const BACK_WITHIN_WITH_SENTINEL_OF_REDIS = 3_000;

const isMaster = async (server: RedisServer) => (await server.command('INFO', 'replication')).includes('role:master');

async function everySentinelNames({ sentinels }: RedisSentinel, master: RedisServer): Promise<boolean> {
  const infos = await Promise.all(sentinels.map((sentinel) => sentinel.command('INFO', 'sentinel')));
  return infos.every((info) => info.includes(`address=${master.host}:${master.port},`)) && isMaster(master);
}

/** The nodes, the one with the most subscribed channels first: to kill another might change nothing. */
async function byChannels(nodes: readonly RedisClusterNode[]): Promise<RedisClusterNode[]> {
  const counted = nodes.map(async (node) => ({ node, channels: (await channelsOn([node.server])).length }));
  return (await Promise.all(counted)).sort((a, b) => b.channels - a.channels).map(({ node }) => node);
}

function mustBeBack(figures: LoadFigures, within = BACK_WITHIN): void {
  mustBe(figures, { localLost: 0, twice: 0, disordered: 0, idsAfter: 3 });
  mustBeWithin('back', figures.back, within);
}

export const sentinelFailover = fault({
  name: 'the master of a Sentinel killed, 200 messages a second',
  topology: 'sentinel',
  long: true,
  async run(stage) {
    const sentinel = await stage.sentinel();
    return underLoad(stage, sentinel, async () => {
      await sentinel.master.kill();
      // clients cannot find it before all of them say so
      await eventually(() => everySentinelNames(sentinel, sentinel.replica), { within: 30_000 });
    });
  },
  mustHold: (figures, { client }) =>
    mustBeBack(figures, client.startsWith('redis') ? BACK_WITHIN_WITH_SENTINEL_OF_REDIS : BACK_WITHIN),
});

export const clusterMasterKilled = fault({
  name: 'a master of a Cluster killed, 200 messages a second',
  topology: 'cluster',
  long: true,
  async run(stage) {
    const cluster = await stage.cluster();
    return underLoad(stage, cluster, async () => {
      const [busiest, survivor] = await byChannels(cluster.masters);
      if (!busiest || !survivor) throw new Error('no masters');
      await busiest.server.kill();
      await eventually(
        async () => {
          const masters = await Promise.all(cluster.replicas.map(({ server }) => isMaster(server)));
          return masters.includes(true) && (await survivor.server.command('CLUSTER', 'INFO')).includes('state:ok');
        },
        { within: 30_000 },
      );
    });
  },
  mustHold: (figures) => mustBeBack(figures),
});

export const slotsMoved = fault({
  name: '50 slots of a Cluster moved, 200 messages a second',
  topology: 'cluster',
  long: true,
  async run(stage) {
    const cluster = await stage.cluster();
    return underLoad(stage, cluster, async () => {
      for (let slot = 0; slot < 16_000; slot += 320) await moveSlot(cluster.nodes, slot);
    });
  },
  mustHold: (figures) => mustBeBack(figures),
});
