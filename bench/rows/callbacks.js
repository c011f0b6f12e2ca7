// @ts-check
// Python calls a JavaScript function that it got as an argument, one call after the other.
import { warm } from "./row.js";

const SAMPLE_MS = 300;
const WARM_UP_CALLS = 100;
const CALLS_AT_ONCE = 200;

/** @type {import("./row.js").Row} */
export const row = {
  id: "callbacks",
  title: "calls of a JavaScript function by Python per second",
  unit: "calls/s",
  better: "higher",
  rounds: 7,
  timeLimitMs: 20_000,
  only: ["nogil", "pythonia"],
  async measure(context) {
    const { callBack } = warm(context);
    if (callBack === undefined) throw new Error("this contender takes no functions as arguments");
    /** @param {number} times */
    const run = async (times) => {
      const last = await callBack((number) => number + 1, times);
      if (last !== times) throw new Error(`the last of ${times} calls returned ${String(last)}`);
    };
    await run(WARM_UP_CALLS);
    const begin = performance.now();
    let calls = 0;
    while (performance.now() - begin < SAMPLE_MS) {
      await run(CALLS_AT_ONCE);
      calls += CALLS_AT_ONCE;
    }
    return { value: (calls * 1000) / (performance.now() - begin) };
  },
};
