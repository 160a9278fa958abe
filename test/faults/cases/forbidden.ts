import { eventually } from '../../support/eventually';
import { targetOf } from '../../support/redis-target';
import { fault, mustBe, mustBeWithin } from '../support/fault';
import { hasChannelPerRoom, isSharded, OWN_CLIENT, type Subject } from '../support/subjects';

/** Milliseconds: the longest wait until a refused subscription is tried again, and some. */
const TRIED_AGAIN_WITHIN = 4_500;

/** Milliseconds: long enough for a client to connect again, and to be refused. */
const TOLD_WITHIN = 3_000;

const LOGIN = { username: 'node', password: 'secret' };

/** Client libraries of before Redis 6 know no user names. */
const hasUserNames = ({ adapter, client }: Subject) => !(adapter === '5.3.0' && client === OWN_CLIENT);

/** The command that a subject has in the place of another; undefined when it has none. */
function commandOf(subject: Subject, command: string): string | undefined {
  if (command === 'psubscribe' && hasChannelPerRoom(subject)) return undefined;
  return isSharded(subject) && command !== 'pubsub' ? `s${command}` : command;
}

function forbidden(command: string, from: 'start' | 'later') {
  return fault({
    name: `an ACL that forbids ${command.toUpperCase()} ${from === 'start' ? 'from the start' : 'from one moment to the next'}`,
    long: from === 'start' || command === 'subscribe' || command === 'pubsub',
    concerns: (subject) => hasUserNames(subject) && commandOf(subject, command) !== undefined,
    async run(stage) {
      const redis = await stage.redis({ acl: [`${LOGIN.username} on >${LOGIN.password} ~* &* +@all`] });
      const permit = (sign: '+' | '-') =>
        redis.command('ACL', 'SETUSER', LOGIN.username, `${sign}${commandOf(stage.subject, command)}`);
      const forbid = () => permit('-');
      if (from === 'start') await forbid();
      const settings = { wait: from === 'later', options: { requestsTimeout: 1_000 } };
      const [a, b] = await stage.nodes(2, targetOf(redis, LOGIN), settings);
      if (!a || !b) throw new Error('no nodes');
      const [local, remote] = [await stage.client(a), await stage.client(b)];
      await a.run((node) => {
        node.adapter.on('error', () => {
          node.kept.errors = Number(node.kept.errors) + 1;
        });
      });
      await a.run(({ traffic }) => traffic.start(100));
      if (from === 'later') {
        await remote.firstAfter(0, a.name);
        await forbid();
        // what is subscribed stays so until the connection is made anew
        await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      }
      const asked = await a.run(({ ids }) => ids().then(String, ({ message }: Error) => message));
      const isTold = async () => asked.includes('NOPERM') || (await a.run(({ kept }) => Number(kept.errors) > 0));
      const told = await eventually(isTold, { within: TOLD_WITHIN }).catch(() => false);
      await permit('+');
      const back = await remote.firstAfter(performance.now(), a.name);
      const sent = await a.run(({ traffic }) => traffic.stop());
      const { lost } = await local.tally(a.name, sent);
      return { localLost: lost, told, back };
    },
    mustHold(figures) {
      mustBe(figures, { localLost: 0, told: true });
      mustBeWithin('back', figures.back, TRIED_AGAIN_WITHIN);
    },
  });
}

export const FORBIDDEN = (['start', 'later'] as const).flatMap((from) =>
  ['publish', 'subscribe', 'psubscribe', 'pubsub'].map((command) => forbidden(command, from)),
);
