import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { SubscriptionTable } from '../../../src/redis/subscription';
import { Subscriptions } from '../../../src/redis/subscriptions';
import { eventually } from '../../support/eventually';

/** What Subscriptions are told to do with a client, under the test's control. */
class Commands {
  readonly log: string[] = [];
  readonly errors: unknown[] = [];
  ready = true;
  perSlot = false;
  /** Called for each SUBSCRIBE; throws to refuse it. */
  onSubscribe: (names: readonly string[]) => Promise<void> | void = () => {};

  isReady = () => this.ready;
  isPerSlot = () => this.perSlot;
  onError = (error: unknown) => void this.errors.push(error);
  subscribe = async (names: readonly string[]) => {
    this.log.push(`+${names.length > 5 ? names.length : names}`);
    await this.onSubscribe(names);
  };
  /** Throws to refuse an UNSUBSCRIBE. */
  onUnsubscribe: () => Promise<void> | void = () => {};
  unsubscribe = async (names: readonly string[]) => {
    this.log.push(`-${names}`);
    await this.onUnsubscribe();
  };
}

const listener = () => {};
const start = () => {
  const commands = new Commands();
  return { commands, subscriptions: new Subscriptions(commands) };
};

describe('Subscriptions', () => {
  it('of one tick are one command, of a thousand names at most', async () => {
    const { commands, subscriptions } = start();
    await Promise.all([subscriptions.add(['a', 'b'], listener), subscriptions.add(['b', 'c'], () => {})]);
    assert.deepEqual(commands.log, ['+a,b,c']);
    const many = Array.from({ length: 2500 }, (_, i) => `many ${i}`);
    await subscriptions.add(many, listener);
    assert.deepEqual(commands.log.slice(1), ['+1000', '+1000', '+500']);
  });

  it('of several slots of a Cluster are a command each, and wait for none of the others', async () => {
    const { commands, subscriptions } = start();
    commands.perSlot = true;
    commands.onSubscribe = (names) => (names.includes('{hangs} 1') ? new Promise<void>(() => {}) : undefined);
    void subscriptions.add(['{hangs} 1', '{hangs} 2'], listener);
    await subscriptions.add(['{a} 1', '{b} 1', '{a} 2'], listener);
    assert.deepEqual(commands.log, ['+{hangs} 1,{hangs} 2', '+{a} 1,{a} 2', '+{b} 1']);
    await subscriptions.remove(['{a} 1', '{b} 1'], listener);
    assert.deepEqual(commands.log.slice(3), ['-{a} 1', '-{b} 1']);
  });

  it('deliver to every listener of a name, and to nobody else', async () => {
    const { subscriptions } = start();
    const heard: string[] = [];
    await subscriptions.add(['a'], (payload, channel) => heard.push(`1 ${payload} ${channel}`));
    await subscriptions.add(['a'], (payload, channel) => heard.push(`2 ${payload} ${channel}`));
    subscriptions.deliver('a', Buffer.from('x'), 'channel');
    subscriptions.deliver('b', Buffer.from('x'), 'channel');
    assert.deepEqual(heard, ['1 x channel', '2 x channel']);
  });

  it('are heard when something comes that is wanted, whatever else the client is used for', async () => {
    const { subscriptions } = start();
    await subscriptions.add(['a'], listener);
    subscriptions.deliver('b', Buffer.from('x'), 'b');
    assert.equal(subscriptions.takeHeard(), false);
    subscriptions.deliver('a', Buffer.from('x'), 'a');
    assert.equal(subscriptions.takeHeard(), true);
  });

  it('end with their last listener, and together', async () => {
    const { commands, subscriptions } = start();
    const other = () => {};
    await subscriptions.add(['a', 'b'], listener);
    await subscriptions.add(['a'], other);
    await subscriptions.remove(['a', 'b'], listener);
    await subscriptions.remove(['a'], other);
    assert.deepEqual(commands.log, ['+a,b', '-b', '-a']);
  });

  it('that a node of a Cluster does not end are told to it again, unless they are wanted after all', async (t) => {
    // the timer of the next try does not keep a process alive
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const { commands, subscriptions } = start();
    await subscriptions.add(['a', 'b'], listener);
    commands.onUnsubscribe = () => {
      throw new Error('the node is away');
    };
    await subscriptions.remove(['a', 'b'], listener);
    await subscriptions.add(['b'], listener);
    commands.onUnsubscribe = () => {};
    await eventually(() => assert.deepEqual(commands.log, ['+a,b', '-a,b', '+b', '-a']));
  });

  it('that a node did not end are told to it again also where they were closed, and are used again', async (t) => {
    // the timer of the next try does not keep a process alive
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const { commands, subscriptions } = start();
    await subscriptions.add(['a', 'b'], listener);
    commands.onUnsubscribe = () => {
      throw new Error('the node is away');
    };
    await subscriptions.remove(['a'], listener);
    subscriptions.close();
    await subscriptions.add(['b'], listener);
    await subscriptions.remove(['b'], listener);
    commands.onUnsubscribe = () => {};
    await eventually(() => assert.deepEqual(commands.log, ['+a,b', '-a', '+b', '-a,b', '-a,b']));
  });

  it('stay when somebody wants them again in the same tick', async () => {
    const { commands, subscriptions } = start();
    await subscriptions.add(['a'], listener);
    const removed = subscriptions.remove(['a'], listener);
    await Promise.all([removed, subscriptions.add(['a'], listener)]);
    assert.ok(!commands.log.includes('-a'));
  });

  it('change one at a time, though those with one listener are alike', async () => {
    const { commands, subscriptions } = start();
    const heard: string[] = [];
    await subscriptions.add(['a', 'b', 'c'], listener);
    const active = () => ['a', 'b', 'c'].map((name) => subscriptions.isActive(name, listener));
    for (const lost of ['a', 'b']) {
      subscriptions.lost([lost]);
      assert.deepEqual(active(), [lost !== 'a', lost !== 'b', true]);
      await eventually(() => assert.deepEqual(active(), [true, true, true]));
    }
    assert.deepEqual(commands.log, ['+a,b,c', '+a', '+b']);
    const other = (_payload: Buffer, channel: string) => void heard.push(channel);
    await subscriptions.add(['c'], other);
    for (const name of ['a', 'b', 'c']) subscriptions.deliver(name, Buffer.alloc(0), name);
    assert.deepEqual(heard, ['c']);
    await subscriptions.remove(['c'], listener);
    assert.deepEqual(active(), [true, true, false]);
  });

  it('are one where they have the same listener alone, whoever else subscribes and unsubscribes meanwhile', () => {
    const table = new SubscriptionTable();
    for (let i = 0; i < 10; i++) {
      for (const [name, of] of Object.entries({ a: () => {}, b: listener })) {
        table.share(`${name} ${i}`, { listeners: table.alone(of), state: 'active', held: true, waiting: undefined });
      }
      table.delete(`a ${i}`);
    }
    assert.equal(table.size, 10);
    assert.equal(new Set(table.values()).size, 1);
  });

  it('are forbidden as long as Redis says so now and then, and not when the connection has fallen silent', async (t) => {
    const { commands, subscriptions } = start();
    commands.onSubscribe = () => {
      throw new Error('NOPERM No permissions to access a channel');
    };
    void subscriptions.add(['a'], listener);
    await eventually(() => assert.equal(subscriptions.forbids(), true));
    assert.equal(subscriptions.forbids(['b']), false);
    commands.onSubscribe = () => new Promise(() => {});
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 5000 });
    assert.equal(subscriptions.forbids(), false);
  });

  it('that are forbidden are not asked for with each that comes, and all again when one is permitted', async (t) => {
    // the timer of the next try does not keep a process alive
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const { commands, subscriptions } = start();
    commands.onSubscribe = (names) => {
      if (names.some((name) => name.startsWith('secret'))) throw new Error('NOPERM No permissions to access a channel');
    };
    const secrets = Array.from({ length: 150 }, (_, i) => `secret ${i}`);
    const added = subscriptions.add(secrets, listener);
    await eventually(() => assert.equal(subscriptions.forbids(['secret 149']), true));
    commands.log.length = 0;
    await subscriptions.add(['a'], listener);
    await subscriptions.add(['b'], listener);
    assert.deepEqual(commands.log, ['+a', '+b']);
    commands.onSubscribe = () => {};
    await added;
    assert.deepEqual(commands.log, ['+a', '+b', '+100', '+50']);
  });

  it('that were under way when the connection ended are asked for on the next one, and nobody is told', async (t) => {
    // the timer of the next try does not keep a process alive
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const { commands, subscriptions } = start();
    commands.onSubscribe = () => {
      commands.ready = false;
      throw new Error('the connection has ended');
    };
    const added = subscriptions.add(['a', 'b', 'c'], listener);
    await eventually(() => assert.equal(commands.ready, false));
    commands.onSubscribe = () => {};
    commands.ready = true;
    await added;
    assert.deepEqual([commands.log, commands.errors], [['+a,b,c', '+a,b,c'], []]);
  });

  it('that are lost while they are asked for, and then refused, leave the others as they are', async (t) => {
    // the timer of the next try does not keep a process alive
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const { commands, subscriptions } = start();
    await subscriptions.add(['b'], listener);
    const answers: { resolve(): void; reject(error: Error): void }[] = [];
    commands.onSubscribe = () => new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
    const added = subscriptions.add(['a'], listener);
    await eventually(() => assert.equal(answers.length, 1));
    subscriptions.lost(['a']);
    await eventually(() => assert.equal(answers.length, 2));
    answers[0]?.resolve();
    await tick();
    assert.equal(subscriptions.isActive('a', listener), false);
    answers[1]?.reject(new Error('refused'));
    await eventually(() => assert.equal(commands.errors.length, 1));
    assert.deepEqual([subscriptions.isActive('a', listener), subscriptions.isActive('b', listener)], [false, true]);
    commands.onSubscribe = () => {};
    await added;
    assert.equal(subscriptions.isActive('a', listener), true);
  });

  it('wait for a client that is not ready', async () => {
    const { commands, subscriptions } = start();
    commands.ready = false;
    let active = false;
    const added = subscriptions.add(['a'], listener).then(() => {
      active = true;
    });
    await tick();
    assert.deepEqual([commands.log, active], [[], false]);
    commands.ready = true;
    subscriptions.resubscribe();
    await added;
    assert.deepEqual(commands.log, ['+a']);
  });

  it('are asked for again after a reconnect, and an answer from before says nothing', async () => {
    const { commands, subscriptions } = start();
    const answers: (() => void)[] = [];
    commands.onSubscribe = () => new Promise((resolve) => answers.push(resolve));
    let active = false;
    const added = subscriptions.add(['a'], listener).then(() => {
      active = true;
    });
    await tick();
    subscriptions.resubscribe();
    await tick();
    answers[0]?.();
    await tick();
    assert.equal(active, false);
    answers[1]?.();
    await added;
    assert.deepEqual(commands.log, ['+a', '+a']);
  });

  it('that are refused are told, and tried again one by one', async (t) => {
    // the timer of the next try does not keep a process alive
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const { commands, subscriptions } = start();
    let refusals = 0;
    commands.onSubscribe = (names) => {
      if (names.includes('b') && refusals++ < 2) throw new Error('refused');
    };
    await subscriptions.add(['a', 'b'], listener);
    assert.deepEqual(commands.log, ['+a,b', '+a', '+b', '+b']);
    assert.equal(commands.errors.length, 1);
    subscriptions.close();
  });

  it('that an ACL forbids can be given up', async () => {
    const { commands, subscriptions } = start();
    commands.onSubscribe = () => {
      throw new Error('NOPERM this user may not');
    };
    assert.equal(await subscriptions.addIfPermitted('a', listener), false);
    assert.deepEqual([commands.errors, commands.log], [[], ['+a']]);
    const both = [listener, () => {}].map((one) => subscriptions.addIfPermitted('a', one));
    assert.deepEqual(await Promise.all(both), [false, false]);
    commands.onSubscribe = () => {};
    assert.equal(await subscriptions.addIfPermitted('b', listener), true);
  });

  it('let go of those who wait when they are closed or not wanted any more', async () => {
    const { commands, subscriptions } = start();
    commands.ready = false;
    const waiting = [subscriptions.add(['a'], listener), subscriptions.add(['b'], listener)];
    await subscriptions.remove(['a'], listener);
    subscriptions.close();
    await Promise.all(waiting);
  });

  it('are what was wanted last, however late the answers are', async () => {
    const { commands, subscriptions } = start();
    const answers: (() => void)[] = [];
    commands.onSubscribe = () => new Promise((resolve) => answers.push(resolve));
    const heard: string[] = [];
    const first = subscriptions.add(['a'], () => heard.push('first'));
    await tick();
    const removed = subscriptions.add(['b'], listener).then(() => 'b');
    await subscriptions.remove(['b'], listener);
    assert.equal(await removed, 'b');
    await subscriptions.remove(['a'], listener);
    const again = subscriptions.add(['a'], () => heard.push('again'));
    await tick();
    for (const answer of answers) answer();
    await Promise.all([first, again]);
    subscriptions.deliver('a', Buffer.alloc(0), 'a');
    assert.deepEqual([commands.log, heard], [['+a'], ['first', 'again']]);
  });

  it('that end while they are asked for are given up once that is answered', async () => {
    const { commands, subscriptions } = start();
    const answers: (() => void)[] = [];
    commands.onSubscribe = () => new Promise((resolve) => answers.push(resolve));
    void subscriptions.add(['a', 'b'], listener);
    await tick();
    await subscriptions.remove(['a'], listener);
    assert.deepEqual(commands.log, ['+a,b']);
    answers[0]?.();
    await tick();
    assert.deepEqual(commands.log, ['+a,b', '-a']);
  });

  it('that begin again while they are given up are asked for after that', async () => {
    const { commands, subscriptions } = start();
    await subscriptions.add(['a'], listener);
    let ended = () => {};
    const unsubscribe = commands.unsubscribe;
    commands.unsubscribe = (names) =>
      new Promise((resolve) => {
        void unsubscribe(names);
        ended = resolve;
      });
    void subscriptions.remove(['a'], listener);
    await tick();
    const again = subscriptions.add(['a'], listener);
    await tick();
    assert.deepEqual(commands.log, ['+a', '-a']);
    ended();
    await again;
    assert.deepEqual(commands.log, ['+a', '-a', '+a']);
  });

  it('that end while they are asked for, and begin again, wait for an answer of their own', async () => {
    const { commands, subscriptions } = start();
    const answers: (() => void)[] = [];
    commands.onSubscribe = () => new Promise((resolve) => answers.push(resolve));
    const first = subscriptions.add(['a'], listener);
    await tick();
    await subscriptions.remove(['a'], listener);
    await first;
    let active = false;
    const again = subscriptions.add(['a'], listener).then(() => {
      active = true;
    });
    await tick();
    answers[0]?.();
    await tick();
    assert.deepEqual([commands.log, active], [['+a', '+a'], false]);
    answers[1]?.();
    await again;
  });

  it('are tried again after they were closed with a try ahead, and used again', async () => {
    const { commands, subscriptions } = start();
    commands.ready = false;
    void subscriptions.add(['a'], listener);
    await tick();
    subscriptions.close();
    void subscriptions.add(['b'], listener);
    await tick();
    commands.ready = true;
    await eventually(() => assert.deepEqual(commands.log, ['+b']));
  });

  it('leave no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const { commands, subscriptions } = start();
    await subscriptions.add(['a', 'b'], listener);
    await subscriptions.remove(['a'], listener);
    commands.ready = false;
    const waiting = subscriptions.add(['c'], listener);
    await tick();
    subscriptions.close();
    await waiting;
    assert.equal(timers(), before);
  });

  for (const [end, name] of [
    [(all: Subscriptions) => all.remove(['a', 'b'], listener), 'are not wanted any more'],
    [(all: Subscriptions) => all.close(), 'are closed'],
  ] as const) {
    it(`that are refused after they ${name} are not asked for again`, async () => {
      const { commands, subscriptions } = start();
      let refuse = () => {};
      commands.onSubscribe = (names) =>
        names.length > 1
          ? new Promise((_, reject) => {
              refuse = () => reject(new Error('refused'));
            })
          : undefined;
      const added = subscriptions.add(['a', 'b'], listener);
      await tick();
      await end(subscriptions);
      await added;
      refuse();
      await tick();
      assert.deepEqual(
        commands.log.filter((command) => command.startsWith('+')),
        ['+a,b'],
      );
      subscriptions.close();
    });
  }

  it('that end while the client is away are given up when it is back, since clients subscribe again by themselves', async () => {
    const { commands, subscriptions } = start();
    await subscriptions.add(['a', 'b'], listener);
    commands.ready = false;
    await subscriptions.remove(['a'], listener);
    commands.ready = true;
    subscriptions.resubscribe();
    await tick();
    assert.ok(commands.log.includes('-a'), commands.log.join(' '));
  });

  it('that end before they were asked for on another connection are given up on it, if they had been active', async () => {
    const { commands, subscriptions } = start();
    await subscriptions.add(['a'], listener);
    commands.ready = false;
    void subscriptions.add(['b'], listener);
    subscriptions.resubscribe();
    await tick();
    await subscriptions.remove(['a', 'b'], listener);
    commands.ready = true;
    subscriptions.resubscribe();
    await tick();
    assert.deepEqual(commands.log, ['+a', '-a']);
  });

  it('that end while they are asked for on a connection that ends as well are given up on the next one', async () => {
    const { commands, subscriptions } = start();
    await subscriptions.add(['a'], listener);
    let end = () => {};
    commands.onSubscribe = () =>
      new Promise((_resolve, reject) => {
        end = () => reject(new Error('Socket closed unexpectedly'));
      });
    subscriptions.resubscribe();
    await tick();
    await subscriptions.remove(['a'], listener);
    commands.ready = false;
    end();
    await tick();
    commands.ready = true;
    subscriptions.resubscribe();
    await tick();
    assert.deepEqual(commands.log, ['+a', '+a', '-a']);
  });

  it('that begin again while the connection ends that was to be told of their end are given up later all the same', async () => {
    const { commands, subscriptions } = start();
    await subscriptions.add(['a'], listener);
    let end = () => {};
    commands.onUnsubscribe = () =>
      new Promise((_resolve, reject) => {
        end = () => reject(new Error('Socket closed unexpectedly'));
      });
    const removed = subscriptions.remove(['a'], listener);
    await tick();
    void subscriptions.add(['a'], listener);
    commands.ready = false;
    end();
    await removed;
    await tick();
    await subscriptions.remove(['a'], listener);
    commands.onUnsubscribe = () => {};
    commands.ready = true;
    subscriptions.resubscribe();
    await tick();
    assert.deepEqual(commands.log, ['+a', '-a', '-a']);
  });

  it('are known to be forbidden while they are asked for again', async () => {
    const { commands, subscriptions } = start();
    let asked = 0;
    let permit = () => {};
    commands.onSubscribe = () => {
      asked += 1;
      if (asked === 1) throw new Error('NOPERM');
      return new Promise((resolve) => {
        permit = resolve;
      });
    };
    const active = subscriptions.add(['a'], listener);
    await eventually(() => assert.equal(asked, 2));
    assert.equal(subscriptions.forbids(), true);
    permit();
    await active;
    assert.equal(subscriptions.forbids(), false);
  });
});
