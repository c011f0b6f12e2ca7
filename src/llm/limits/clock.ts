/** Time as the limits see it, so that tests can be the clock. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls back after `delay` milliseconds; the result cancels it. */
  after(delay: number, callback: () => void): () => void;
}

/** Longest delay that Node's timers take. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delay, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(1, Math.ceil(delay)), LONGEST_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
