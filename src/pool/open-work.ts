/** Counts what a pool has open. The host process lives while there is any, while the pool starts and while it closes. */
const FOREVER_MS = 2 ** 31 - 1;

export class OpenWork {
  #count = 0;
  #drained: (() => void) | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  /** A host that has nothing else to do must live to hear how the start ended. */
  starting(): void {
    this.#keepAlive = setInterval(() => {}, FOREVER_MS);
  }

  /** From now on only work is a reason to live. */
  started(): void {
    this.#keepAlive?.unref();
  }

  readonly begun = (): void => {
    if (this.#count++ === 0) this.#keepAlive?.ref();
  };

  readonly ended = (): void => {
    if (--this.#count > 0) return;
    if (this.#drained === undefined) this.#keepAlive?.unref();
    else this.#drained();
  };

  /** The pool is being closed. Resolves when nothing is open, or at once. */
  async closing(waitsForWork: boolean): Promise<void> {
    this.#keepAlive?.ref();
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      if (this.#count === 0 || !waitsForWork) resolve();
    });
  }

  closed(): void {
    clearInterval(this.#keepAlive);
  }
}
