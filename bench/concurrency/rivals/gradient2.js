// @ts-check
// Gradient2 of Netflix' concurrency-limits: the limit follows the ratio of the long-term to the present latency, with
// room for a small queue. Made to keep a server from being overloaded; latency alone cannot tell it that throughput fell.

const START = 4;
const QUEUE = 4;
const TOLERANCE = 1.5;
const SMOOTHING = 0.2;
const LONG_WINDOW = 600;
const WARM_UP = 10;
const SECONDS = 0.5;

/**
 * @param {import("./rival.js").Bounds} bounds
 * @returns {import("./rival.js").Rival}
 */
export function gradient2({ most }) {
  let estimate = START;
  let longTerm = 0;
  let seen = 0;
  const step = () => ({ limit: Math.max(1, Math.min(most, Math.floor(estimate))), seconds: SECONDS });
  return {
    step: step(),
    next({ completions, latency }) {
      if (completions === 0) return step();
      seen++;
      const weight = seen <= WARM_UP ? 1 / seen : 2 / (LONG_WINDOW + 1);
      longTerm += (latency - longTerm) * weight;
      // A long-term latency far above the present one is a memory of worse times: let it go faster.
      if (longTerm / latency > 2) longTerm *= 0.95;
      const gradient = Math.max(0.5, Math.min(1, (TOLERANCE * longTerm) / latency));
      const wanted = estimate * gradient + QUEUE;
      estimate = Math.max(1, Math.min(most, estimate * (1 - SMOOTHING) + wanted * SMOOTHING));
      return step();
    },
  };
}
