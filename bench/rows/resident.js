// @ts-check
// One number of an array of 100 MB that stays in Python: what a call on a resident object costs, whatever its size.
import { quantile } from "../statistics.js";
import { warm } from "./row.js";

const LENGTH = 12_500_000;
const SAMPLE_MS = 300;
const WARM_UP_MS = 50;

/** @type {import("./row.js").Row} */
export const row = {
  id: "resident",
  title: "method of a resident array of 100 MB",
  unit: "us",
  better: "lower",
  rounds: 7,
  timeLimitMs: 20_000,
  only: ["nogil", "pythonia", "node-calls-python"],
  async measure(context) {
    const { hold } = warm(context);
    if (hold === undefined) throw new Error("this contender keeps no objects in Python");
    const at = await hold(LENGTH);
    const times = [];
    const begin = performance.now();
    let before = begin;
    for (let call = 0; before - begin < WARM_UP_MS + SAMPLE_MS; call++) {
      const number = await at(call);
      if (number !== 0) throw new Error(`number ${call} is ${String(number)} instead of 0`);
      const after = performance.now();
      if (before - begin >= WARM_UP_MS) times.push((after - before) * 1000);
      before = after;
    }
    times.sort((a, b) => a - b);
    return { value: quantile(times, 0.5), details: { p99: quantile(times, 0.99), calls: times.length } };
  },
};
