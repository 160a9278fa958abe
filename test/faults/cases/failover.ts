import { moveSlot } from '../../../tools/redis-cluster-slots';
import type { RedisSentinel } from '../../../tools/redis-sentinel';
import type { RedisServer } from '../../../tools/redis-server';
import { eventually } from '../../support/eventually';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import { type LoadFigures, underLoad } from '../support/load';

/** Milliseconds from the end of the failover on. */
const BACK_WITHIN = 2_000;

const isMaster = async (server: RedisServer) => (await server.command('INFO', 'replication')).includes('role:master');

async function everySentinelNames({ sentinels }: RedisSentinel, master: RedisServer): Promise<boolean> {
  const infos = await Promise.all(sentinels.map((sentinel) => sentinel.command('INFO', 'sentinel')));
  return infos.every((info) => info.includes(`address=${master.host}:${master.port},`)) && isMaster(master);
}

function mustBeBack(figures: LoadFigures): void {
  mustBe(figures, { localLost: 0, twice: 0, disordered: 0, idsAfter: 3 });
  mustBeWithin('back', figures.back, BACK_WITHIN);
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
  mustHold: mustBeBack,
});

export const clusterMasterKilled = fault({
  name: 'a master of a Cluster killed, 200 messages a second',
  topology: 'cluster',
  long: true,
  todo: ({ client }) =>
    client === 'redis 5' ? 'its Cluster client leaves the subscriber on the node that was killed' : undefined,
  async run(stage) {
    const cluster = await stage.cluster();
    return underLoad(stage, cluster, async () => {
      const [master, survivor] = cluster.masters;
      if (!master || !survivor) throw new Error('no masters');
      await master.server.kill();
      await eventually(
        async () => {
          const masters = await Promise.all(cluster.replicas.map(({ server }) => isMaster(server)));
          return masters.includes(true) && (await survivor.server.command('CLUSTER', 'INFO')).includes('state:ok');
        },
        { within: 30_000 },
      );
    });
  },
  mustHold: mustBeBack,
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
  mustHold: mustBeBack,
});
