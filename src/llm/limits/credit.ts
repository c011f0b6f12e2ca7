/**
 * What the provider's headers still allow: the count they reported, less what was sent after the request
 * that carried the report, plus what has flowed back since. Pure.
 */
import type { RateState } from "./rate-headers.js";

export class Credit {
  #left = Number.POSITIVE_INFINITY;
  #until = 0;
  #at = 0;
  /** Units a millisecond; 0 when everything comes back at once at the reset. */
  #refill = 0;
  #sequence = -1;
  #sent = 0;

  /** Units taken since the beginning: what a request remembers when it is sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Milliseconds until `amount` may go: 0 now. */
  waitFor(now: number, amount: number): number {
    if (now >= this.#until) return 0;
    const missing = amount - this.#left - (now - this.#at) * this.#refill;
    if (missing <= 0) return 0;
    const reset = this.#until - now;
    return this.#refill > 0 ? Math.min(reset, missing / this.#refill) : reset;
  }

  take(amount: number): void {
    this.#sent += amount;
    this.#left -= amount;
  }

  /**
   * @param sequence number of the request that was answered; a report older than the last is dropped.
   * @param sentBefore {@link sent} right after that request was counted.
   */
  report(sequence: number, sentBefore: number, state: RateState, now: number): void {
    if (sequence < this.#sequence) return;
    this.#sequence = sequence;
    this.#left = state.remaining - (this.#sent - sentBefore);
    this.#at = now;
    this.#until = now + state.reset;
    this.#refill =
      state.continuous && state.limit !== undefined && state.reset > 0
        ? Math.max(0, state.limit - state.remaining) / state.reset
        : 0;
  }
}
