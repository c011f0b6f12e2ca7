// @ts-check
// One small call after another: the time from the call to its result.
import { quantile } from "../statistics.js";
import { warm } from "./row.js";

const SAMPLE_MS = 300;
/** Calls before the clock counts: the processors leave their idle state, the compilers have seen the path. */
const WARM_UP_MS = 50;

/** @type {import("./row.js").Row} */
export const row = {
  id: "round-trip",
  title: "round trip, one call at a time",
  unit: "us",
  better: "lower",
  rounds: 7,
  timeLimitMs: 20_000,
  async measure(context) {
    const { call } = warm(context);
    const times = [];
    const begin = performance.now();
    let before = begin;
    for (let n = 0; before - begin < WARM_UP_MS + SAMPLE_MS; n++) {
      const reply = await call("echo", [n]);
      const after = performance.now();
      if (reply !== n) throw new Error(`echo(${n}) returned ${String(reply)}`);
      if (before - begin >= WARM_UP_MS) times.push((after - before) * 1000);
      before = after;
    }
    times.sort((a, b) => a - b);
    return {
      value: quantile(times, 0.5),
      details: { p90: quantile(times, 0.9), p99: quantile(times, 0.99), calls: times.length },
    };
  },
};
