// @ts-check
// 10,000 calls of a coroutine function that are all asleep at the same time: what they take beyond their sleep.
import { warm } from "./row.js";

const COROUTINES = 10_000;
const SLEEP_MS = 1_000;

/** @type {import("./row.js").Row} */
export const row = {
  id: "coroutines",
  title: "10,000 coroutines at once, beyond their sleep of 1 s",
  unit: "ms",
  better: "lower",
  rounds: 5,
  timeLimitMs: 60_000,
  async measure(context) {
    const { coroutine } = warm(context);
    if (coroutine === undefined) throw new Error("the contender does not await a coroutine");
    // The event loop, and what the contender must learn of the function.
    await coroutine(0);
    const begin = performance.now();
    const seconds = SLEEP_MS / 1000;
    const replies = await Promise.all(Array.from({ length: COROUTINES }, () => coroutine(seconds)));
    const value = performance.now() - begin - SLEEP_MS;
    if (replies.some((reply) => reply !== seconds)) throw new Error("a coroutine returned something else");
    return { value };
  },
};
