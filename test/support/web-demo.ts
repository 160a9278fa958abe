import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { ClusterState } from '../../demo/web/protocol';
import { freePort } from '../../tools/free-port';
import { type Ended, Program } from './program';

const MAIN = join(__dirname, '../../demo/web/main.js');

/** Milliseconds that it has to end with all that it has started. */
const ENDS_WITHIN = 10_000;

export type NodeName = 'A' | 'B' | 'C';

/** The web demo, running as a process. */
export class RunningWebDemo {
  private constructor(
    readonly program: Program,
    /** The address of the page with all nodes. */
    readonly url: string,
  ) {}

  /** Returns when it has said where its pages are. */
  static async start(env: NodeJS.ProcessEnv = {}): Promise<RunningWebDemo> {
    const program = await Program.start(MAIN, { PORT: String(await freePort()), ...env });
    try {
      const [, url = ''] = await program.says(/All at once {2}(http:\S+)/);
      await program.says(/Ctrl-C ends all/);
      return new RunningWebDemo(program, url);
    } catch (error) {
      await program.destroy();
      throw error;
    }
  }

  async state(): Promise<ClusterState> {
    return stateIn(await fetch(`${this.url}/state`));
  }

  async node(name: NodeName): Promise<ClusterState['nodes'][number]> {
    const { nodes } = await this.state();
    const node = nodes.find((node) => node.name === name);
    assert.ok(node);
    return node;
  }

  /** Presses a button, in the name of the page. */
  async control(part: 'redis' | `node/${NodeName}`, action: 'start' | 'stop'): Promise<ClusterState> {
    const headers = { origin: this.url };
    return stateIn(await fetch(`${this.url}/control/${part}/${action}`, { method: 'POST', headers }));
  }

  /** Presses Ctrl-C, and waits for the end of all that it has started. */
  async interrupt(): Promise<Ended> {
    this.program.pressCtrlC();
    return this.program.ended(ENDS_WITHIN);
  }

  destroy(): Promise<void> {
    return this.program.destroy();
  }
}

async function stateIn(response: Response): Promise<ClusterState> {
  assert.equal(response.status, 200, response.ok ? '' : await response.text());
  return (await response.json()) as ClusterState;
}
