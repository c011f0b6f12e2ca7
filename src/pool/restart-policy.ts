/**
 * When to start a worker again. At once, unless they die too often: then with growing pauses. Pure; the clock is given.
 */

/** That many deaths within the window open the circuit. */
const DEATHS = 5;
const WINDOW_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

export class RestartPolicy {
  #deaths: number[] = [];
  #failedStarts = 0;

  /** Starts that failed one after the other. */
  get failedStarts(): number {
    return this.#failedStarts;
  }

  /** The pool has nothing to offer any more: every start of late has failed. */
  get isHopeless(): boolean {
    return this.#failedStarts >= DEATHS;
  }

  started(): void {
    this.#failedStarts = 0;
  }

  /** A worker died, or did not come up. Returns the pause before the next start (milliseconds). */
  died(now: number, duringStart: boolean, random: number): number {
    if (duringStart) this.#failedStarts++;
    this.#deaths = [...this.#deaths.filter((death) => now - death < WINDOW_MS), now];
    const beyond = this.#deaths.length - DEATHS;
    if (beyond < 0) return 0;
    // Jitter, so that several pools that died of one cause do not come back in step.
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** beyond) * (0.5 + random / 2);
  }
}
