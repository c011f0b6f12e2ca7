/** How many calls of one client run at once; the others wait in order. */

export class Gate {
  readonly #limit: number;
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get inside(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  tryEnter(): boolean {
    if (this.#inside >= this.#limit) return false;
    this.#inside++;
    return true;
  }

  /**
   * Waits for a place. `enter` is called with the place taken.
   * @returns how to stop waiting.
   */
  wait(enter: () => void): () => void {
    this.#waiting.add(enter);
    return () => this.#waiting.delete(enter);
  }

  leave(): void {
    for (const enter of this.#waiting) {
      // The place goes to the next in line without becoming free in between.
      this.#waiting.delete(enter);
      enter();
      return;
    }
    this.#inside--;
  }
}
