/**
 * Additive increase, multiplicative decrease (Chiu and Jain 1989) of the requests in flight, driven by
 * 429 answers. Without any 429 there is no limit of its own. Pure.
 */

const DECREASE = 0.5;
const FLOOR = 1;

export class Aimd {
  #limit = Number.POSITIVE_INFINITY;
  /** Requests sent before this number was reached say nothing about the limit after the last decrease. */
  #epoch = 0;

  get limit(): number {
    return this.#limit;
  }

  allows(inFlight: number): boolean {
    return inFlight < Math.max(FLOOR, Math.floor(this.#limit));
  }

  /** @param inFlight requests in flight, the one that succeeded included. */
  succeeded(inFlight: number): void {
    // A limit that is not used up is no evidence that more would be taken.
    if (this.#limit !== Number.POSITIVE_INFINITY && inFlight >= this.#limit * 0.8)
      this.#limit += 1 / this.#limit;
  }

  /**
   * A 429 came. One burst of them, all sent before the first was answered, counts once.
   * @param sequence number of the request that was refused.
   * @param nextSequence number the next request will get.
   * @returns whether this lowered the limit.
   */
  refused(sequence: number, nextSequence: number, inFlight: number): boolean {
    if (sequence < this.#epoch) return false;
    this.#epoch = nextSequence;
    this.#limit = Math.max(FLOOR, Math.min(this.#limit, inFlight) * DECREASE);
    return true;
  }
}
