/** Something that can be switched on and off, one after the other: pages may press their buttons at any time. */
export class Switch {
  #running = false;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param onChange - is called when it is on, and when it is to be off */
  constructor(
    private readonly actions: { start(): Promise<void>; stop(): Promise<void> },
    private readonly onChange: () => void,
  ) {}

  get running(): boolean {
    return this.#running;
  }

  /** @throws Error of the action; it is off then */
  start(): Promise<void> {
    return this.#next(async () => {
      if (this.#running) return;
      await this.actions.start();
      this.#set(true);
    });
  }

  stop(): Promise<void> {
    return this.#next(async () => {
      if (!this.#running) return;
      this.#set(false);
      await this.actions.stop();
    });
  }

  /** It went off by itself. */
  failed(): void {
    if (this.#running) this.#set(false);
  }

  #next(action: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => {});
    return result;
  }

  #set(running: boolean): void {
    this.#running = running;
    this.onChange();
  }
}
