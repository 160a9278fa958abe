import { fault, mustBe, mustBeWithin } from '../support/fault';
import { finds } from '../support/query';
import { isOurs } from '../support/subjects';

/** Milliseconds; the queries' timeout. */
const TIMEOUT = 1_000;

/** The ways in which a hook or a listener of a user can go wrong. */
const WAYS = ['throw', 'reject', 'twice', 'never'] as const;

export const customHooks = fault({
  name: 'a customHook that throws, rejects, answers twice or never (timeout 1 s)',
  concerns: (subject) => isOurs(subject) || subject.adapter === '5.3.0',
  async run(stage) {
    const [asker, other] = await stage.nodes(2, await stage.redis(), { options: { requestsTimeout: TIMEOUT } });
    if (!asker || !other) throw new Error('no nodes');
    await asker.run(({ adapter }) => {
      adapter.customHook = (_, answer) => answer('fine');
    });
    const figures: Record<string, string | number> = {};
    for (const way of WAYS) {
      await other.run(({ adapter }, way) => {
        adapter.customHook = (_, answer) => {
          if (way === 'throw') throw new Error('of the hook');
          if (way === 'reject') return Promise.reject(new Error('of the hook'));
          if (way === 'twice') for (let i = 0; i < 2; i++) answer('twice');
          return undefined;
        };
      }, way);
      figures[way] = await asker.run(
        ({ adapter }) =>
          new Promise<string>((resolve) => {
            const ask = adapter.customRequest as (
              data: string,
              done: (error: unknown, answers?: unknown[]) => void,
            ) => void;
            ask.call(adapter, 'x', (error, answers) => {
              resolve(`${error ? 'timeout' : 'answers'} ${[...(answers ?? [])].map(String).sort().join('+')}`);
            });
          }),
      );
    }
    return figures;
  },
  mustHold: (figures) =>
    mustBe(figures, {
      throw: 'answers fine+null',
      reject: 'answers fine+null',
      twice: 'answers fine+twice',
      never: 'timeout fine',
    }),
});

export const serverSideListeners = fault({
  name: 'a listener of serverSideEmit that throws, answers twice or never (timeout 1 s)',
  concerns: ({ generation }) => generation === 4,
  async run(stage) {
    const [asker, other] = await stage.nodes(2, await stage.redis(), { options: { requestsTimeout: TIMEOUT } });
    if (!asker || !other) throw new Error('no nodes');
    await Promise.all([stage.client(asker), stage.client(other)]);
    await other.run(({ io }) => {
      const server = io as unknown as NodeJS.EventEmitter;
      server.on('twice', (answer: (value: string) => void) => {
        for (let i = 0; i < 2; i++) answer('twice');
      });
      server.on('never', () => {});
      server.on('throw', () => {
        throw new Error('of the listener');
      });
    });
    const figures: Record<string, string | number> = {};
    for (const way of ['twice', 'never', 'throw']) {
      figures[way] = await asker.run(
        ({ io }, way) =>
          new Promise<string>((resolve) => {
            const server = io as unknown as { serverSideEmit(event: string, done: unknown): void };
            server.serverSideEmit(way, (error: unknown, answers?: unknown[]) => {
              resolve(`${error ? 'error' : 'answers'} ${[...(answers ?? [])].map(String).join('+')}`);
            });
          }),
        way,
      );
    }
    const begin = performance.now();
    await other.run(() => undefined);
    return { ...figures, ms: Math.round(performance.now() - begin) };
  },
  mustHold(figures) {
    mustBe(figures, { twice: 'answers twice', never: 'error ', throw: 'error ' });
    mustBeWithin('ms', Number(figures.ms), 500);
  },
});

export const acknowledgementCallbacks = fault({
  name: 'a callback that throws when the acknowledgement of a client on another node comes',
  concerns: ({ generation }) => generation === 4,
  async run(stage) {
    const [asker, other] = await stage.nodes(2, await stage.redis());
    if (!asker || !other) throw new Error('no nodes');
    const client = await stage.client(other);
    await finds(asker, 1);
    await asker.run(({ adapter, kept }) => {
      adapter.on('error', ({ message }) => {
        kept['told'] = message;
      });
    });
    const asks = async (throwing: boolean) => {
      const asked = new Promise<(value: string) => void>((resolve) => client.socket.once('ask', resolve));
      const outcome = asker.run(
        ({ io }, throwing) =>
          new Promise<string>((resolve) => {
            const server = io as unknown as { timeout(ms: number): { emit(event: string, done: unknown): void } };
            server.timeout(5_000).emit('ask', (error: unknown, answers: unknown[]) => {
              resolve(`${error ? 'error' : 'answers'} ${answers.map(String).join('+')}`);
              if (throwing) throw new Error('of the callback');
            });
          }),
        throwing,
      );
      const answer = await asked;
      // what Socket.IO learns last calls back: were it how many servers there are, a promise of its own would end the process
      await asker.run(({ adapter }) => (adapter as unknown as { serverCount(): Promise<number> }).serverCount());
      answer('fine');
      return outcome;
    };
    const [thrown, next] = [await asks(true), await asks(false)];
    const told = await asker.run(({ kept }) => String(kept['told']));
    const malformed = await asker.run(({ adapter }) => adapter.stats?.().malformed.response ?? '');
    return { thrown, next, told, malformed };
  },
  mustHold(figures) {
    mustBe(figures, { thrown: 'answers fine', next: 'answers fine', told: 'of the callback', malformed: 0 });
  },
});
