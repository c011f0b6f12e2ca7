/**
 * Extra calls (retries and hedges) are paid from a budget that first calls fill: at most `ratio` of all
 * calls, plus a small reserve so that a lone call can be retried. Keeps a failing provider from being
 * hit twice as hard. Pure. (The idea is Finagle's RetryBudget.)
 */

export const RETRY_RATIO = 0.1;
/** Extra calls allowed before any first call paid for them. */
export const RETRY_RESERVE = 10;
/** What time alone earns back, up to the reserve: one extra call in ten seconds. */
export const RETRY_REFILL_PER_MS = 0.0001;
// An hour of good calls must not pay for a storm of retries.
const MOST = 1_000;

export class RetryBudget {
  #balance = RETRY_RESERVE;
  #refilledAt: number;

  constructor(
    now: number,
    readonly ratio: number = RETRY_RATIO,
  ) {
    this.#refilledAt = now;
  }

  /** A first call was made. */
  deposit(): void {
    if (this.#balance < MOST) this.#balance += this.ratio;
  }

  /** Pays for one extra call, or says that there is nothing left. */
  withdraw(now: number): boolean {
    if (this.#balance < RETRY_RESERVE) {
      this.#balance = Math.min(RETRY_RESERVE, this.#balance + (now - this.#refilledAt) * RETRY_REFILL_PER_MS);
    }
    this.#refilledAt = now;
    // Sums of 0.1 fall short of whole numbers by a rounding error.
    if (this.#balance < 1 - 1e-9) return false;
    this.#balance -= 1;
    return true;
  }
}
