// @ts-check
// 10,000 small items of a Python generator, read one by one.
import { warm } from "./row.js";

const ITEMS = 10_000;

/** @type {import("./row.js").Row} */
export const row = {
  id: "stream",
  title: "10,000 items of a generator",
  unit: "ms",
  better: "lower",
  rounds: 5,
  timeLimitMs: 60_000,
  async measure(context) {
    const { numbers } = warm(context);
    if (numbers === undefined) throw new Error("the contender cannot read a generator item by item");
    const begin = performance.now();
    let expected = 0;
    for await (const item of numbers(ITEMS)) {
      if (item !== expected) throw new Error(`item ${expected} arrived as ${String(item)}`);
      expected++;
    }
    const value = performance.now() - begin;
    if (expected !== ITEMS) throw new Error(`${expected} items arrived of ${ITEMS}`);
    return { value };
  },
};
