/**
 * Circuit breaker: closed → open (too many failures) → half-open (one probe) → closed or open again.
 * Failures are 5xx, broken connections and time-outs; a 429 or a refused request is an answer. Pure.
 */

/** Calls in the window before a rate of failures means anything. */
const LEAST_CALLS = 20;
const FAILURE_RATE = 0.5;
const WINDOW_MS = 10_000;
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export type BreakerState = "closed" | "open" | "half-open";

export class Breaker {
  #state: BreakerState = "closed";
  #windowStart = 0;
  #calls = 0;
  #failures = 0;
  /** Counts of the window before this one, so that a border does not forget everything. */
  #lastCalls = 0;
  #lastFailures = 0;
  #openUntil = 0;
  #pause = SHORTEST_PAUSE_MS;
  #probing = false;

  get state(): BreakerState {
    return this.#state;
  }

  /** Milliseconds until a call is let through: 0 now, Infinity while a probe is out. */
  waitFor(now: number): number {
    if (this.#state === "closed") return 0;
    if (this.#state === "open") {
      if (now < this.#openUntil) return this.#openUntil - now;
      this.#state = "half-open";
      this.#probing = false;
    }
    return this.#probing ? Number.POSITIVE_INFINITY : 0;
  }

  /** A call goes out; in the half-open state it is the probe. */
  sent(): void {
    if (this.#state === "half-open") this.#probing = true;
  }

  /** An answer came, also a 429 or a 400: the provider is there. */
  answered(now: number): void {
    if (this.#state === "half-open") {
      this.#state = "closed";
      this.#pause = SHORTEST_PAUSE_MS;
      this.#calls = 0;
      this.#failures = 0;
      this.#lastCalls = 0;
      this.#lastFailures = 0;
    }
    this.#turn(now);
    this.#calls++;
  }

  failed(now: number): void {
    if (this.#state === "half-open") {
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
      this.#open(now);
      return;
    }
    this.#turn(now);
    this.#calls++;
    this.#failures++;
    const calls = this.#calls + this.#lastCalls;
    const failures = this.#failures + this.#lastFailures;
    if (this.#state === "closed" && calls >= LEAST_CALLS && failures >= calls * FAILURE_RATE) this.#open(now);
  }

  /** The call was given up by its caller: it says nothing, but a probe must be free again. */
  abandoned(): void {
    this.#probing = false;
  }

  #open(now: number): void {
    this.#state = "open";
    this.#openUntil = now + this.#pause;
    this.#probing = false;
  }

  #turn(now: number): void {
    const age = now - this.#windowStart;
    if (age < WINDOW_MS) return;
    this.#lastCalls = age < 2 * WINDOW_MS ? this.#calls : 0;
    this.#lastFailures = age < 2 * WINDOW_MS ? this.#failures : 0;
    this.#calls = 0;
    this.#failures = 0;
    this.#windowStart = now;
  }
}
