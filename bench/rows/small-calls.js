// @ts-check
// Throughput of small calls: 64 are kept in flight, each answered one is replaced at once.
import { warm } from "./row.js";

const IN_FLIGHT = 64;
const SAMPLE_MS = 300;
const WARM_UP_MS = 50;

/** @type {import("./row.js").Row} */
export const row = {
  id: "small-calls",
  title: "small calls per second, 64 in flight",
  unit: "calls/s",
  better: "higher",
  rounds: 7,
  timeLimitMs: 20_000,
  async measure(context) {
    const { call } = warm(context);
    let next = 0;
    /** @param {number} durationMs */
    const run = async (durationMs) => {
      const begin = performance.now();
      let calls = 0;
      const keepOneInFlight = async () => {
        while (performance.now() - begin < durationMs) {
          const n = next++;
          const reply = await call("echo", [n]);
          if (reply !== n) throw new Error(`echo(${n}) returned ${String(reply)}`);
          calls++;
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, keepOneInFlight));
      return (calls * 1000) / (performance.now() - begin);
    };
    await run(WARM_UP_MS);
    return { value: await run(SAMPLE_MS) };
  },
};
