// @ts-check
// The published rule: one thread more as long as beta = 1 - cpu / wall of the tasks is above 0.3, beginning with four.
// It has no way back, and counts waiting for a processor or for another thread as if it were I/O.

const START = 4;
const ABOVE = 0.3;
const SECONDS = 0.5;

/**
 * @param {import("./rival.js").Bounds} bounds
 * @returns {import("./rival.js").Rival}
 */
export function blockingRatio({ most }) {
  let limit = Math.min(START, most);
  const step = () => ({ limit, seconds: SECONDS });
  return {
    step: step(),
    next({ completions, cpuPerTask, latency }) {
      if (completions > 0 && cpuPerTask !== undefined && 1 - cpuPerTask / latency > ABOVE) {
        limit = Math.min(most, limit + 1);
      }
      return step();
    },
  };
}
